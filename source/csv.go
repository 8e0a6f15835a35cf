package source

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
)

// CSV is how rows of comma-separated values are read (RFC 4180): fields in double quotes may have commas, ends of lines
// and doubled quotes in them. Each item's Value is a [Row]. Empty lines are left out, a byte order mark is no part of
// the first field, and bytes that are not UTF-8 stay as they are; only \r\n within quotes becomes \n.
//
// Tab-separated values that have no such quotes are better read as [Columns].
type CSV struct {
	// Comma is what divides fields; 0 is a comma.
	Comma rune
	// Header has the first row name the columns. A row with more or fewer fields is an error then.
	Header bool
	// Comments leaves out lines that begin with #.
	Comments bool
	// LazyQuotes takes a quote inside a field without quotes for itself, instead of for an error.
	LazyQuotes bool
	// Longest is how many bytes a row may have; 0 is [LongestLine].
	Longest int
}

// Items is the [Format] of such rows. Its errors name the line. A row at a time is held in memory.
func (c CSV) Items(r io.Reader, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		longest := c.Longest
		if longest <= 0 {
			longest = LongestLine
		}
		limited := &rowReader{r: bufio.NewReaderSize(r, blockLength), from: from, longest: int64(longest)}
		if limited.begin() {
			yield(Item{}, utf16Error(from))
			return
		}
		rows := csv.NewReader(limited)
		limited.rows = rows
		rows.FieldsPerRecord, rows.LazyQuotes = -1, c.LazyQuotes
		if c.Comma != 0 {
			rows.Comma = c.Comma
		}
		if c.Comments {
			rows.Comment = '#'
		}
		names := header{from: from}
		for {
			end := rows.InputOffset()
			fields, err := rows.Read()
			if err == io.EOF {
				return
			}
			if err == nil {
				limited.line, _ = rows.FieldPos(0)
				if rows.InputOffset()-end > limited.longest+2 {
					err = &TooLongError{from, limited.line, longest}
				}
			}
			if err != nil {
				yield(Item{}, limited.failure(err))
				return
			}
			row, isRow := Row{Fields: fields}, true
			if c.Header {
				row, isRow, err = names.name(fields, limited.line)
			}
			if (isRow || err != nil) && !yield(Item{Value: row, From: from, Line: limited.line}, err) || err != nil {
				return
			}
		}
	}
}

// rowReader fails when a row has no end for too long.
type rowReader struct {
	r       *bufio.Reader
	from    string
	rows    *csv.Reader
	line    int // of the last row
	longest int64
	read    int64
}

// begin passes a byte order mark, and reports whether it is that of UTF-16.
func (r *rowReader) begin() (isUTF16Text bool) {
	start, _ := r.r.Peek(1) // an error comes again
	if len(start) > 0 && start[0] >= byteOrderMark[0] {
		_, _ = r.r.Peek(len(byteOrderMark))
	}
	start, _ = r.r.Peek(min(r.r.Buffered(), 64))
	if isUTF16(start) {
		return true
	}
	if len(start) >= len(byteOrderMark) && string(start[:len(byteOrderMark)]) == string(byteOrderMark) {
		_, _ = r.r.Discard(len(byteOrderMark))
	}
	return false
}

// Read implements io.Reader.
func (r *rowReader) Read(to []byte) (int, error) {
	if r.read-r.rows.InputOffset() > r.longest+blockLength {
		return 0, &TooLongError{r.from, r.line + 1, int(r.longest)}
	}
	n, err := r.r.Read(to)
	r.read += int64(n)
	return n, err
}

// failure says what is wrong with the row that follows.
func (r *rowReader) failure(err error) error {
	if long, ok := errors.AsType[*TooLongError](err); ok {
		return long
	}
	bad, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case !ok:
		return fmt.Errorf("cannot read %s after line %d: %w", r.from, r.line, err)
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("%s:%d: a quote stands in a field that has no quotes around it (column %d): put the field in "+
			"quotes and double the one inside", r.from, bad.Line, bad.Column)
	case errors.Is(err, csv.ErrQuote) && bad.Line > bad.StartLine:
		return fmt.Errorf("%s:%d: the quotes of a field in this row are never closed, or close in line %d in the middle "+
			"of it", r.from, bad.StartLine, bad.Line)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("%s:%d: the quotes of a field end in the middle of it (column %d): double a quote inside, and "+
			"close the last one", r.from, bad.Line, bad.Column)
	}
	return fmt.Errorf("%s:%d: %w", r.from, bad.Line, bad.Err)
}
