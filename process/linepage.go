package process

import "unsafe"

// PROTOCOL.md says where things are on the page, so they must not move: each of these is an array index that must be 0.
var _ = [...]struct{}{
	[1]struct{}{}[unsafe.Offsetof(page{}.started)-0],
	[1]struct{}{}[unsafe.Offsetof(page{}.finished)-64],
	[1]struct{}{}[unsafe.Offsetof(page{}.revoked)-128],
	[1]struct{}{}[unsafe.Offsetof(page{}.memory)-136],
	[1]struct{}{}[unsafe.Offsetof(page{}.unsent)-200],
	[1]struct{}{}[pageSize-4096],
	[1]struct{}{}[unsentSize-65536],
}
