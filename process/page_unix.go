//go:build unix

package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// newShared makes memory to share with a worker, and the file to hand to it.
func newShared() (shared, *os.File, error) {
	f, err := sharedFile()
	if err != nil {
		return nil, nil, err
	}
	if err := f.Truncate(sharedSize); err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("making memory to share with a worker: %w", err)
	}
	m, err := mapShared(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return m, f, nil
}

func mapShared(f *os.File) (shared, error) {
	m, err := unix.Mmap(int(f.Fd()), 0, sharedSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping the memory shared with a worker: %w", err)
	}
	return m, nil
}

func (m shared) unmap() { unix.Munmap(m) }
