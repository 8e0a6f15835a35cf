package process

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is a length (uint32, little endian, of what follows), a kind and a body. Requests and replies each have a
// pipe; a worker answers its calls in the order in which it got them, so frames carry no number.
const (
	frameHead = 5
	mostFrame = 1 << 30
	mostKept  = 4 << 20 // of a buffer, for the next frame
)

type kind byte

const (
	kindHello   kind = iota + 1 // worker: protocol, nonce and fingerprint
	kindReady                   // worker: the initializer has returned; its error, if any
	kindTask                    // parent: the name of the task that has the next number
	kindCall                    // parent: number of the task, timeout, input
	kindLarge                   // parent: the same, with the input's size in its place; the input comes by the lane
	kindValue                   // worker: a call's value
	kindFailed                  // worker: a call's failure
	kindSkipped                 // worker: a call was revoked before it started
)

// appendHead begins a frame whose length is not known yet; endFrame fills it in.
func appendHead(b []byte, k kind) []byte { return append(b, 0, 0, 0, 0, byte(k)) }

func endFrame(b []byte, start int) error {
	n := len(b) - start - 4
	if n > mostFrame {
		return fmt.Errorf("a value of %d bytes is too large to cross: at most %d", n, mostFrame)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(n))
	return nil
}

// errFrame is something on the pipe that is no frame. Pipes do not corrupt, so the other side must have.
var errFrame = errors.New("not a frame")

// frameReader reads frames.
type frameReader struct {
	r   *bufio.Reader
	big []byte
}

func newFrameReader(r io.Reader) *frameReader { return &frameReader{r: bufio.NewReaderSize(r, 64<<10)} }

// next reads a frame. The body is good until the next call. At the end between two frames the error is io.EOF.
func (f *frameReader) next() (kind, []byte, error) {
	head, err := f.r.Peek(frameHead)
	if err != nil {
		if len(head) > 0 && errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	n := int(binary.LittleEndian.Uint32(head)) - 1
	k := kind(head[4])
	if n < 0 || n > mostFrame || k == 0 || k > kindSkipped {
		return 0, nil, fmt.Errorf("%w: it begins with %x", errFrame, head)
	}
	if n+frameHead <= f.r.Size() {
		whole, err := f.r.Peek(frameHead + n)
		if err != nil {
			return 0, nil, unexpected(err)
		}
		_, err = f.r.Discard(frameHead + n) // what was peeked stays until the next read
		return k, whole[frameHead:], err
	}
	if _, err := f.r.Discard(frameHead); err != nil {
		return 0, nil, err
	}
	body, err := f.large(n)
	return k, body, err
}

// large reads a body that does not fit the buffer, and believes its length only as far as bytes come.
func (f *frameReader) large(n int) ([]byte, error) {
	const step = 1 << 20
	b := f.big[:0]
	for len(b) < n {
		had := len(b)
		want := min(n-had, max(step, had))
		if cap(b) < had+want {
			b = append(make([]byte, 0, had+want), b...)
		}
		b = b[:had+want]
		if _, err := io.ReadFull(f.r, b[had:]); err != nil {
			return nil, unexpected(err)
		}
	}
	if cap(b) <= mostKept {
		f.big = b
	}
	return b, nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// buffered reports whether a read would not have to wait.
func (f *frameReader) buffered() bool { return f.r.Buffered() > 0 }
