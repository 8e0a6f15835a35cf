//go:build !linux

package source

import (
	"io"
	"os"
)

// sendDirectly leaves everything to the caller.
func sendDirectly(io.Writer, *os.File, int64, int64) (int64, error) { return 0, nil }
