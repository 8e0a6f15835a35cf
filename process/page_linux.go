package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// sharedFile is memory without a name, so that a full disk stops no worker.
func sharedFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("overlap", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making memory to share with a worker: %w", err)
	}
	return os.NewFile(uintptr(fd), "shared"), nil
}
