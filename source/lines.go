package source

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// LongestLine is how many bytes a line may have.
const LongestLine = 16 << 20

// Lines is the [Format] of one item a line. It leaves out blank lines, the ends of lines (\n or \r\n) and a byte order
// mark; the last line needs no end. A longer line than [LongestLine] is an error, and so is what the reader fails with,
// then without the half of a line before it. One line at a time is held in memory.
func Lines(r io.Reader, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		reader := &failing{Reader: r}
		scanner := bufio.NewScanner(reader)
		scanner.Buffer(make([]byte, 64<<10), LongestLine+3) // with its end, and one to see that there is more
		scanner.Split(func(data []byte, atEnd bool) (int, []byte, error) {
			if atEnd && reader.err != nil {
				return len(data), nil, nil // half a line is none
			}
			return bufio.ScanLines(data, atEnd)
		})
		n := 0
		for scanner.Scan() {
			n++
			text := scanner.Bytes()
			if n == 1 {
				text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			}
			if len(text) > LongestLine {
				yield(Item{}, tooLong(from, n))
				return
			}
			if len(bytes.TrimSpace(text)) > 0 && !yield(Item{Text: string(text), From: from, Line: n}, nil) {
				return
			}
		}
		switch err := scanner.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Item{}, tooLong(from, n+1))
		case reader.err != nil:
			yield(Item{}, fmt.Errorf("cannot read %s after line %d: %w", from, n, reader.err))
		}
	}
}

func tooLong(from string, number int) error {
	return fmt.Errorf("%s:%d: the line is longer than %d MiB: give such inputs as files, and their names as lines",
		from, number, LongestLine>>20)
}

// failing keeps the error of a reader that is not its end.
type failing struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (f *failing) Read(to []byte) (int, error) {
	n, err := f.Reader.Read(to)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
