package outfile

import "golang.org/x/sys/unix"

// isMountPoint reports whether a file is mounted by itself, as containers do: such a file cannot be replaced.
func isMountPoint(path string) bool {
	var info unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, 0, &info); err != nil {
		return false
	}
	return info.Attributes_mask&info.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}
