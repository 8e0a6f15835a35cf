package process

import (
	"encoding/binary"
	"io"
	"os"
)

// On a pipe of its own, the parent tells a worker which call to cancel, since that cannot wait for the call to end. The
// pipe's end is the parent's: however the parent goes, the worker goes too, also from the middle of a tight loop.

// readCancels cancels the calls whose numbers come, on a goroutine of its own.
func (s *server) readCancels(control io.Reader) {
	var number [8]byte
	for {
		if _, err := io.ReadFull(control, number[:]); err != nil {
			os.Exit(0)
		}
		s.interrupt(binary.LittleEndian.Uint64(number[:]))
	}
}
