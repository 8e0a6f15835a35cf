package durable

import (
	"bufio"
	"hash/crc32"
	"io"
)

// scanner reads the lines of a partial file. A line may have any length: not more is held than a buffer.
type scanner struct {
	in      *bufio.Reader
	offset  int64  // behind the line that was read last
	end     int64  // behind the last undamaged one
	damaged int64  // lines that are not what was written, as far as undamaged ones follow
	bad     int64  // after the last undamaged one
	text    []byte // of the line that was read last, until the next; nil for one that is longer than the buffer
	trailer [trailerLength]byte
	head    [64]byte
}

const scanBuffer = 256 << 10

func newScanner(file io.ReaderAt, from, size int64) *scanner {
	return newScannerOf(file, from, size, int(max(1<<10, min(scanBuffer, size-from))))
}

func newScannerOf(file io.ReaderAt, from, size int64, buffer int) *scanner {
	in := bufio.NewReaderSize(io.NewSectionReader(file, from, max(0, size-from)), buffer)
	return &scanner{in: in, offset: from, end: from}
}

// next reads the next undamaged line; false says that there is none, or that the file cannot be read.
func (s *scanner) next(l *line) (bool, error) {
	for {
		text, err := s.in.ReadSlice('\n')
		s.text, l.offset = text, s.offset
		s.offset += int64(len(text))
		good := false
		switch {
		case err == nil && len(text) > trailerLength:
			covered := text[:len(text)-sumLength]
			good = parseLine(l, text, text[len(text)-trailerLength:], crc32.Checksum(covered, castagnoli))
		case err == bufio.ErrBufferFull:
			good, err = s.long(l, text)
			s.text = nil
		}
		l.size = s.offset - l.offset
		switch {
		case good:
			s.damaged, s.bad, s.end = s.damaged+s.bad, 0, s.offset
			return true, nil
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		}
		s.bad++
	}
}

// long reads the rest of a line that is longer than the buffer.
func (s *scanner) long(l *line, text []byte) (good bool, err error) {
	head := s.head[:copy(s.head[:], text)]
	var sum uint32
	var held, joined []byte
	for {
		// What may be the trailer is held back until it is known whether more follows.
		joined = append(append(joined[:0], held...), text...)
		last := max(0, len(joined)-trailerLength)
		sum = crc32.Update(sum, castagnoli, joined[:last])
		held = append(s.trailer[:0], joined[last:]...)
		if err == nil && len(text) > 0 && text[len(text)-1] == '\n' {
			break
		}
		if err != nil && err != bufio.ErrBufferFull {
			return false, err
		}
		text, err = s.in.ReadSlice('\n')
		s.offset += int64(len(text))
	}
	sum = crc32.Update(sum, castagnoli, held[:max(0, len(held)-sumLength)])
	return parseLine(l, head, held, sum), nil
}
