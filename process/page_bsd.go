//go:build unix && !linux

package process

import (
	"fmt"
	"os"
)

// sharedFile is a file without a name.
func sharedFile() (*os.File, error) {
	f, err := os.CreateTemp("", "overlap-*")
	if err != nil {
		return nil, fmt.Errorf("making memory to share with a worker: %w", err)
	}
	os.Remove(f.Name())
	return f, nil
}
