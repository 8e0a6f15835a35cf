//go:build !unix

package process

import (
	"errors"
	"os"
)

// supported refuses worker processes where their parts are missing: Windows hands no more than three files to a child
// by number, and has no process groups.
func supported() error {
	return errors.New("worker processes are not supported on this system yet: use overlap.Pool")
}

func (s *settings) spawn() (*child, error) { return nil, supported() }

func serve(string) error { return supported() }

func (m shared) unmap() {}

func (p *printed) Read([]byte) (int, error) { return 0, supported() }

func (p *printed) waiting() int { return 0 }

func readNow(*os.File, []byte) (int, error) { return 0, supported() }

func (c *child) dump() {}

func (c *child) peak() int64 { return 0 }
