package cluster

import (
	"encoding/binary"
	"time"
)

func appendBytes(b, value []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendTruth(b []byte, is bool) []byte {
	if is {
		return append(b, 1)
	}
	return append(b, 0)
}

// appendDuration appends a duration, in nanoseconds. One that is negative is 0.
func appendDuration(b []byte, d time.Duration) []byte {
	return binary.AppendUvarint(b, uint64(max(d, 0)))
}

// longest is how long a duration may be that comes from elsewhere: what is added to it does not overflow.
const longest = 100 * 365 * 24 * time.Hour

// reader reads a message, which may be anything. After the first thing that cannot be, all it reads is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() {
	r.b, r.bad = nil, true
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *reader) kind(want kind) {
	if kind(r.byte()) != want {
		r.fail()
	}
}

func (r *reader) truth() bool { return r.byte() != 0 }

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) integer() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count is how many of something follow, of which each has a byte at least.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

// bytes shares its memory with the message.
func (r *reader) bytes() []byte {
	n := r.count()
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) text() string { return string(r.bytes()) }

func (r *reader) duration() time.Duration {
	return time.Duration(min(r.number(), uint64(longest)))
}

func (r *reader) nonce() (n nonce) {
	if len(r.b) < len(n) {
		r.fail()
		return n
	}
	copy(n[:], r.b)
	r.b = r.b[len(n):]
	return n
}

// end is after the last thing of a message.
func (r *reader) end() error {
	if r.bad || len(r.b) > 0 {
		return errWire
	}
	return nil
}
