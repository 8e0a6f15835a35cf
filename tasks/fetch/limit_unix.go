//go:build unix

package fetch

import "syscall"

// fileLimit is how many files this process may have open, 0 if that is not limited.
func fileLimit() int {
	var limit syscall.Rlimit
	const many = 1 << 30
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > many {
		return 0
	}
	return int(limit.Cur)
}
