//go:build unix && !linux

package outfile

func isMountPoint(string) bool { return false }
