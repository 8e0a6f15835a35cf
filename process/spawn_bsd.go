//go:build unix && !linux

package process

import (
	"os"

	"example.com/overlap/internal/procgroup"
)

// sockCloseOnExec does not exist here; what a worker inherits by mistake it closes when it starts others.
const sockCloseOnExec = 0

const fionread = 0x4004667f // FIONREAD, which x/sys does not name for all of these

func widen(*os.File) {}

func executable() string { return ownPath }

// start starts the worker's process.
func (s *settings) start(c *child) error {
	if s.cgroups.refusal != nil {
		return s.cgroups.refusal
	}
	return procgroup.Start(c.cmd)
}

// roomOf is how many bytes may wait in a pipe, for sure.
func roomOf(*os.File) int { return smallestPipe }
