package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is a length (uint32, little endian, of what follows), a kind and a body. Requests and replies each have a
// pipe; a worker answers its calls in the order in which it got them, so frames carry no number. Calls and values come
// many to a frame, as items: each a size (a varint) and so many bytes.
const (
	frameHead = 5
	mostFrame = 1 << 30
	mostKept  = 4 << 20 // of a buffer, for the next frame
)

type kind byte

const (
	kindHello kind = iota + 1 // worker: protocol, nonce and fingerprint
	kindReady                 // worker: the initializer has returned; its error, if any
	kindTask                  // parent: the name of the task that has the next number
	// parent: number of the task, timeout, deadline of the job, and an item for each call: its input
	kindCalls
	// parent: number of the task, timeout, deadline, and the size of the input, which comes by the lane
	kindLarge
	kindValues  // worker: an item for each of the next calls: its value
	kindFailed  // worker: the next call's failure
	kindSkipped // worker: the next call was revoked before it started
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

// beginItem begins an item whose size is not known yet; endItem fills it in.
func beginItem(b []byte) (longer []byte, start int) { return append(b, 0), len(b) }

func endItem(b []byte, start int) []byte {
	size := len(b) - start - 1
	if size < 0x80 {
		b[start] = byte(size)
		return b
	}
	var head [binary.MaxVarintLen64]byte // longer than the one byte that was kept for it
	n := binary.PutUvarint(head[:], uint64(size))
	b = append(b, head[1:n]...)
	copy(b[start+n:], b[start+1:])
	copy(b[start:], head[:n])
	return b
}

// nextItem takes the first item off a body.
func nextItem(body []byte) (item, rest []byte, err error) {
	if len(body) > 0 && body[0] < 0x80 && int(body[0]) < len(body) {
		end := 1 + int(body[0])
		return body[1:end], body[end:], nil
	}
	size, n := binary.Uvarint(body)
	if n <= 0 || size > uint64(len(body)-n) {
		return nil, nil, errFrame
	}
	end := n + int(size)
	return body[n:end], body[end:], nil
}

// errFrame is something on the pipe that is no frame. Pipes do not corrupt, so the other side must have.
var errFrame = errors.New("not a frame")

// frameReader reads frames. It has a buffer of its own, since for a tiny call a bufio.Reader costs as much as the call.
type frameReader struct {
	from    io.Reader
	buf     []byte
	at, end int // what has come and not been handed out
	big     []byte
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{from: r, buf: make([]byte, 64<<10)}
}

// next reads a frame. The body is good until the next call. At the end between two frames the error is io.EOF. After an
// error of the reader below, next can be called again.
func (f *frameReader) next() (kind, []byte, error) {
	if err := f.need(frameHead); err != nil {
		return 0, nil, err
	}
	head := f.buf[f.at:]
	n := int(binary.LittleEndian.Uint32(head)) - 1
	k := kind(head[4])
	if n < 0 || n > mostFrame || k == 0 || k > kindSkipped {
		return 0, nil, fmt.Errorf("%w: it begins with %x", errFrame, head[:frameHead])
	}
	if frameHead+n <= len(f.buf) {
		if err := f.need(frameHead + n); err != nil {
			return 0, nil, unexpected(err)
		}
		body := f.buf[f.at+frameHead : f.at+frameHead+n]
		f.at += frameHead + n
		return k, body, nil
	}
	f.at += frameHead
	body, err := f.large(n)
	return k, body, err
}

// need waits until n bytes are in the buffer, which is large enough for them.
func (f *frameReader) need(n int) error {
	for f.end-f.at < n {
		if len(f.buf)-f.at < n || f.at == f.end {
			f.end = copy(f.buf, f.buf[f.at:f.end])
			f.at = 0
		}
		got, err := f.from.Read(f.buf[f.end:])
		f.end += got
		if f.end-f.at >= n {
			return nil
		}
		if err != nil {
			if f.end > f.at {
				err = unexpected(err)
			}
			return err
		}
	}
	return nil
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
		kept := copy(b[had:], f.buf[f.at:f.end])
		f.at += kept
		if _, err := io.ReadFull(f.from, b[had+kept:]); err != nil {
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
func (f *frameReader) buffered() bool { return f.end > f.at }
