package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/overlap/source"
)

// lines is how lines are read.
func (f *inputFlags) lines() source.Text {
	return source.Text{Null: f.null, Comments: f.comments, Longest: int(f.longest)}
}

// isPlain reports whether inputs are lines, and nothing is made of them.
func (f *inputFlags) isPlain() bool {
	return !f.jsonLines && !f.csv && !f.header && !f.given("colsep") && !f.text
}

// format is how files are read.
func (f *inputFlags) format() (source.Format, error) {
	switch {
	case f.isPlain():
		return f.lines().Items, nil
	case f.text:
		return quoted(f.lines().Items), nil
	case f.jsonLines:
		return f.lines().JSON, nil
	case f.csv:
		comma, err := f.comma()
		return source.CSV{Comma: comma, Header: f.header, Comments: f.comments, Longest: int(f.longest)}.Items, err
	}
	split, err := f.split()
	return source.Columns{Text: f.lines(), Split: split, Header: f.header}.Items, err
}

// split is how a line is divided into columns; nil for not at all.
func (f *inputFlags) split() (func(string) []string, error) {
	if !f.given("colsep") || f.csv {
		return nil, nil
	}
	split, err := source.SplitBy(f.colsep)
	if err != nil {
		return nil, usageErrorf("--colsep: %w", err)
	}
	return split, nil
}

// comma is what divides the fields of CSV.
func (f *inputFlags) comma() (rune, error) {
	if !f.given("colsep") {
		return ',', nil
	}
	text, err := unescape(f.colsep)
	comma, size := utf8.DecodeRuneInString(text)
	if err != nil || size != len(text) || comma == utf8.RuneError || strings.ContainsRune("\"\r\n", comma) {
		return 0, usageErrorf(
			"--colsep %q cannot divide the fields of CSV: give one character, such as ';' or '\\t'", f.colsep)
	}
	return comma, nil
}

// quoted makes JSON texts of the items of a format.
func quoted(format source.Format) source.Format {
	return func(r io.Reader, from string) iter.Seq2[source.Item, error] {
		return func(yield func(source.Item, error) bool) {
			for item, err := range format(r, from) {
				if err == nil && !utf8.ValidString(item.Text) {
					err = fmt.Errorf("%s:%d: the line is not UTF-8, which no JSON can hold: change it, for example with iconv, or "+
						"give --worker JSON", from, item.Line)
				}
				if err == nil {
					var text []byte
					text, err = json.Marshal(item.Text)
					item.Value = json.RawMessage(text)
				}
				if !yield(item, err) || err != nil {
					return
				}
			}
		}
	}
}

// cut is how a file is divided into chunks; workers is how many there are to do them.
func (f *inputFlags) cut(workers int) (source.Cut, error) {
	cut := source.Cut{Size: int64(f.chunk.bytes), Count: int64(f.chunk.each) * int64(workers), CSV: f.csv}
	if f.header {
		cut.Header = 1
	}
	var err error
	for _, text := range []struct {
		flag string
		from string
		to   *string
	}{{"--record-start", f.recordStart, &cut.RecordStart}, {"--record-end", f.recordEnd, &cut.RecordEnd}} {
		if *text.to, err = unescape(text.from); err != nil {
			return cut, usageErrorf("%s %q: %w", text.flag, text.from, err)
		}
	}
	if f.csv {
		comma, err := f.comma()
		if err == nil && comma >= utf8.RuneSelf {
			err = usageErrorf("--chunk cannot cut CSV that is divided by %q: only by a character of ASCII", comma)
		}
		cut.Comma = byte(comma)
		return cut, err
	}
	return cut, nil
}

// unescape reads the escapes of C that people use for what ends lines.
func unescape(text string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out.WriteByte(text[i])
			continue
		}
		if i++; i == len(text) {
			return "", fmt.Errorf("it ends with half an escape: write \\\\ for a backslash")
		}
		switch text[i] {
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		case 'r':
			out.WriteByte('\r')
		case '0':
			out.WriteByte(0)
		case '\\':
			out.WriteByte('\\')
		case 'x':
			b, err := strconv.ParseUint(text[i+1:min(i+3, len(text))], 16, 8)
			if err != nil || i+3 > len(text) {
				return "", fmt.Errorf("\\x needs two digits, such as \\x1e")
			}
			out.WriteByte(byte(b))
			i += 2
		default:
			return "", fmt.Errorf("there is no escape \\%c: \\n, \\t, \\r, \\0, \\x1e and \\\\ are those there are", text[i])
		}
	}
	return out.String(), nil
}
