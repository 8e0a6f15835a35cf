package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// longestLine is how many bytes a line of inputs may have.
const longestLine = 16 << 20

// line is one line of a file.
type line struct {
	number int // from 1
	text   string
}

// lines gives the lines of r that are not blank, without their ends (\n or \r\n), and without a byte order mark. The
// last one needs no end. An error is the last that it gives; name says where the lines come from. It holds one line at
// a time.
func lines(r io.Reader, name string) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		source := &failing{Reader: r}
		scanner := bufio.NewScanner(source)
		scanner.Buffer(make([]byte, 64<<10), longestLine+3) // with its end, and one to see that there is more
		scanner.Split(func(data []byte, atEnd bool) (int, []byte, error) {
			if atEnd && source.err != nil {
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
			if len(text) > longestLine {
				yield(line{}, tooLong(name, n))
				return
			}
			if len(bytes.TrimSpace(text)) > 0 && !yield(line{n, string(text)}, nil) {
				return
			}
		}
		switch err := scanner.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(line{}, tooLong(name, n+1))
		case source.err != nil:
			yield(line{}, fmt.Errorf("cannot read %s after line %d: %w", name, n, source.err))
		}
	}
}

func tooLong(name string, number int) error {
	return fmt.Errorf("%s:%d: the line is longer than %d MiB: give such inputs as files, and their names as lines",
		name, number, longestLine>>20)
}

// failing keeps the error of a reader that is not its end.
type failing struct {
	io.Reader
	err error
}

func (f *failing) Read(to []byte) (int, error) {
	n, err := f.Reader.Read(to)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
