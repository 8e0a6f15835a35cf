package process

import (
	"encoding/binary"
	"io"
	"os"
)

// On a pipe of its own, the parent tells a worker what cannot wait for the call that runs. The pipe's end is the
// parent's: however the parent goes, the worker goes too, also from the middle of a tight loop.
type command byte

const (
	commandCancel command = iota + 1 // the call with the number
	commandFlush                     // replies that wait for more
)

const commandSize = 9

func appendCommand(b []byte, c command, seq uint64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, byte(c)), seq)
}

// obey does what the parent says, on a goroutine of its own.
func (s *server) obey(commands io.Reader) {
	var b [commandSize]byte
	for {
		if _, err := io.ReadFull(commands, b[:]); err != nil {
			os.Exit(0)
		}
		switch command(b[0]) {
		case commandCancel:
			s.interrupt(binary.LittleEndian.Uint64(b[1:]))
		case commandFlush:
			s.out.Lock()
			s.flush()
			s.out.Unlock()
		}
	}
}
