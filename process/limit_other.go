//go:build !linux

package process

// limit has nothing to set: the watch enforces the limit, by what the workers say of themselves.
func (s *settings) limit(*child) error { return nil }

func (s *settings) limitedBy() string { return "watched every 100 ms" }

const watchMemory = true

func kills() int { return 0 }

func dataOf(int) int64 { return 0 }
