//go:build !unix

package fetch

// fileLimit is how many files this process may have open, 0 if that is not limited.
func fileLimit() int { return 0 }
