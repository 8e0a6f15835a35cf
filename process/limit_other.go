//go:build !linux

package process

// limit has nothing to set: the watch enforces the limit, by what the workers say of themselves.
func (s *settings) limit(*child) error { return nil }

const (
	memoryLimited = "watched every 100 ms"
	watchMemory   = true
)

func kills() int { return 0 }

func probablyOutOfMemory() bool { return false }
