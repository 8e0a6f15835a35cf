package source

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
)

// Cut is how a file is divided into chunks, which end where records do: at the first end of a record from their size
// on. So a record that is larger than a chunk stays whole, and the chunks one after another are the file.
type Cut struct {
	// Size is how many bytes a chunk has, or a little more. 0 is [UsualSize].
	Size int64
	// Count asks for so many chunks of about the same size instead, or for fewer where records are large. It takes a
	// regular file.
	Count int64
	// RecordEnd is what ends a record, and RecordStart what begins one, without which a RecordEnd ends none. Where both
	// are empty, records are lines. RecordStart alone is enough for records such as those of FASTA files (">").
	RecordEnd, RecordStart string
	// CSV has rows of CSV as records, whose fields in quotes may have ends of lines in them. This takes a scan of the
	// whole file, which is done as chunks are asked for.
	CSV bool
	// Comma is what divides the fields of CSV; 0 is a comma.
	Comma byte
	// Header is how many records at the beginning of the file are put before each chunk, instead of being in the first.
	Header int
}

// UsualSize is how many bytes a chunk has where nobody says.
const UsualSize = 1 << 20

// Chunks divides a regular file, reading no more of it than a few bytes at each end of a chunk, unless it is CSV. It is
// read as chunks are asked for.
func (c Cut) Chunks(name string) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		file, err := os.Open(name)
		if err != nil {
			yield(Chunk{}, err)
			return
		}
		defer file.Close() // it was only read
		info, err := file.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is no regular file, so no chunk can be read by where it is", name)
		}
		if err != nil {
			yield(Chunk{}, err)
			return
		}
		for chunk, err := range c.Of(file, info.Size(), name) {
			chunk.FileSize, chunk.Modified = info.Size(), info.ModTime().UTC()
			if !yield(chunk, err) || err != nil {
				return
			}
		}
	}
}

// Of divides the first size bytes of r, as [Cut.Chunks] does those of a file. name is the File of the chunks.
func (c Cut) Of(r io.ReaderAt, size int64, name string) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		at := section{io.NewSectionReader(r, 0, size)}
		for p, err := range c.parts(at, size) {
			if err != nil {
				yield(Chunk{}, fmt.Errorf("cannot read %s: %w", name, err))
				return
			}
			if !yield(Chunk{File: name, Offset: p.from, Length: p.to - p.from, Header: p.header}, nil) {
				return
			}
		}
	}
}

// part is where a chunk begins and ends, and how long the header is.
type part struct{ from, to, header int64 }

// parts finds the chunks in what may be read at any offset. size is only needed for Count.
func (c Cut) parts(r readerAt, size int64) iter.Seq2[part, error] {
	return func(yield func(part, error) bool) {
		borders, header := c.borders(r), int64(0)
		borderFrom := func(offset int64) (int64, error) {
			border, err := borders.from(offset)
			if err == io.EOF {
				border = r.end()
			}
			return border, err
		}
		for range c.Header {
			var err error
			if header, err = borderFrom(header + 1); err != nil && err != io.EOF {
				yield(part{}, err)
				return
			}
		}
		long := c.Size
		switch {
		case c.Count > 0:
			long = max(1, (size-header+c.Count-1)/c.Count)
		case long <= 0:
			long = UsualSize
		}
		for from, goal := header, header; ; {
			for goal <= from { // so the chunks that follow a large record are no larger for it
				if goal > math.MaxInt64-long {
					goal = math.MaxInt64
					break
				}
				goal += long * max(1, (from-goal)/long)
			}
			to, err := borderFrom(goal)
			if err != nil && err != io.EOF {
				yield(part{}, err)
				return
			}
			if to > from && !yield(part{from, to, header}, nil) || err == io.EOF {
				return
			}
			from = to
		}
	}
}

// readerAt reads what is there at an offset: at least one byte, or an error, which is io.EOF at the end.
type readerAt interface {
	readAt(to []byte, offset int64) (int, error)
	end() int64 // once readAt has met it
}

type section struct{ *io.SectionReader }

func (s section) end() int64 { return s.Size() }

func (s section) readAt(to []byte, offset int64) (int, error) {
	n, err := s.ReadAt(to, offset)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// borders are where records begin.
type borders interface {
	// from is the first border at an offset or behind it; io.EOF when there is none. The offsets it is asked for rise.
	from(offset int64) (int64, error)
}

func (c Cut) borders(r readerAt) borders {
	if c.CSV {
		comma := c.Comma
		if comma == 0 {
			comma = ','
		}
		return &rowBorders{r: r, comma: comma, before: '\n'}
	}
	end, start := c.RecordEnd, c.RecordStart
	if end == "" && start == "" {
		end = "\n"
	}
	return &recordBorders{r: r, between: []byte(end + start), end: int64(len(end))}
}
