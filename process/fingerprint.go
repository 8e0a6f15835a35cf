package process

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"runtime/debug"

	"example.com/overlap"
)

// builtAs is the fingerprint when Main was called, which is when a worker takes its own.
var builtAs string

// fingerprint says which build this is and which tasks it has, so that a worker of another build, started from a file
// that has been replaced meanwhile, is refused.
func fingerprint() string {
	h := sha256.New()
	fmt.Fprintln(h, protocol, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(h, info.String())
	}
	for _, t := range overlap.Tasks() {
		in, out := t.Types()
		fmt.Fprintln(h, t.Name(), in, out)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
