package source

import (
	"errors"
	"fmt"
	"io"
	"iter"
)

// Piece is a chunk of what can be read only once: its bytes, and where they stood.
type Piece struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"` // without the header
	Bytes  []byte `json:"-"`      // after those of the header
}

// String says which bytes they are, the last one excluded.
func (p Piece) String() string { return fmt.Sprintf("bytes %d to %d", p.Offset, p.Offset+p.Length) }

// WriteTo writes the bytes.
func (p Piece) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(p.Bytes)
	return int64(n), err
}

// Pieces divides what r gives, for pipes and whatever else is no regular file. A piece comes as soon as its end is
// known. Its bytes are in memory, and the caller's. from says in errors what is read. [Cut.Count] must be 0.
func (c Cut) Pieces(r io.Reader, from string) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		if c.Count > 0 {
			yield(Piece{}, errors.New("what comes through a pipe cannot be divided by a number of chunks: give their size"))
			return
		}
		s := &stream{r: r}
		var header []byte
		for p, err := range c.parts(s, 0) {
			if err != nil {
				yield(Piece{}, fmt.Errorf("cannot read %s: %w", from, err))
				return
			}
			if s.at < p.header {
				header = s.take(p.header)
			}
			bytes := s.take(p.to)
			if len(header) > 0 {
				bytes = append(append(make([]byte, 0, len(header)+len(bytes)), header...), bytes...)
			}
			if !yield(Piece{p.from, p.to - p.from, bytes}, nil) {
				return
			}
		}
	}
}

// stream is what a reader gives, as far as it has not been given away, to be read at an offset.
type stream struct {
	r    io.Reader
	have []byte
	at   int64 // the offset of have
}

// take gives away what there is up to an offset.
func (s *stream) take(to int64) []byte {
	n := int(to - s.at)
	taken, rest := s.have[:n:n], s.have[n:]
	s.have, s.at = append(make([]byte, 0, max(blockLength, n+blockLength)), rest...), to
	return taken
}

func (s *stream) end() int64 { return s.at + int64(len(s.have)) }

func (s *stream) readAt(to []byte, offset int64) (int, error) {
	for s.at+int64(len(s.have)) <= offset {
		if len(s.have) == cap(s.have) {
			s.have = append(make([]byte, 0, max(blockLength, 2*len(s.have))), s.have...)
		}
		n, err := s.r.Read(s.have[len(s.have):cap(s.have)])
		if s.have = s.have[:len(s.have)+n]; n == 0 && err != nil {
			return 0, err
		}
	}
	return copy(to, s.have[offset-s.at:]), nil
}
