package durable

import (
	"bytes"
	"errors"
	"os"
)

// reader reads lines of a partial file at any offsets, fast where they follow one another more or less.
type reader struct {
	file   *os.File
	window piece
	single piece // for lines that are far from those before them
	last   int64 // behind the line that was read last
}

// piece is a part of a file.
type piece struct {
	from  int64
	text  []byte
	space []byte
}

const (
	readAhead  = 256 << 10
	readBehind = 32 << 10
	readSingle = 4 << 10
	mostRead   = pieceSize
)

// errLong says that a line is too long to be in memory.
var errLong = errors.New("a long line")

// line is the line at an offset, with its end, or errLong. It lasts until the next. The end of the file is an error: the
// line was there when its offset was found.
func (r *reader) line(offset int64) (text []byte, err error) {
	text = r.window.line(offset)
	switch {
	case text != nil:
	case offset >= r.last-readBehind && offset <= r.last+readAhead:
		text, err = r.window.read(r.file, max(0, offset-readBehind), offset, readAhead)
	default:
		text, err = r.single.read(r.file, offset, offset, readSingle)
	}
	r.last = offset + int64(len(text))
	return text, err
}

func (p *piece) line(offset int64) []byte {
	at := offset - p.from
	if at < 0 || at >= int64(len(p.text)) {
		return nil
	}
	end := bytes.IndexByte(p.text[at:], '\n')
	if end < 0 {
		return nil
	}
	return p.text[at : at+int64(end)+1]
}

// read reads as much as is needed to have the line at offset, at least size bytes of those there are, or says that it is
// long.
func (p *piece) read(file *os.File, from, offset int64, size int) ([]byte, error) {
	for ; ; size *= 2 {
		if cap(p.space) < size {
			p.space = make([]byte, size)
		}
		n, err := file.ReadAt(p.space[:size], from)
		p.from, p.text = from, p.space[:n]
		if line := p.line(offset); line != nil {
			return line, nil
		}
		if err != nil {
			return nil, reason(err)
		}
		if size >= mostRead {
			return nil, errLong
		}
	}
}
