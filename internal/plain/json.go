package plain

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// JSON appends one text of JSON to another buffer so that any terminal and any reader can be given it: characters that
// a terminal would obey are written as JSON's own escapes, which mean the same, and bytes that are not UTF-8 as \ufffd.
// It reports whether there were any of those.
func JSON(to *bytes.Buffer, text []byte) (replaced bool) {
	const hex = "0123456789abcdef"
	from := 0
	for at := 0; at < len(text); {
		if text[at] < 0x7f {
			at++
			continue
		}
		r, size := utf8.DecodeRune(text[at:])
		bad := r == utf8.RuneError && size == 1
		if bad || obeyed(r) { // none of these has more than four digits
			to.Write(text[from:at])
			to.Write([]byte{'\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15]})
			from, replaced = at+size, replaced || bad
		}
		at += size
	}
	to.Write(text[from:])
	return replaced
}

// JSONWriter passes on a text of JSON as [JSON] writes it. The text may come in pieces of any length, and not more than a
// piece is held. Close writes what has come of a character that is not complete, and leaves to open.
func JSONWriter(to io.Writer) io.WriteCloser { return &jsonWriter{to: to} }

type jsonWriter struct {
	to   io.Writer
	rest []byte // of a character that is not complete
	out  bytes.Buffer
}

const mostAtOnce = 32 << 10

// Write implements io.Writer.
func (w *jsonWriter) Write(b []byte) (int, error) {
	for at := 0; at < len(b); {
		text := b[at:min(at+mostAtOnce, len(b))]
		at += len(text)
		if len(w.rest) > 0 {
			text = append(w.rest, text...)
		}
		whole := Whole(text)
		if err := w.pass(text[:whole]); err != nil {
			return 0, err
		}
		w.rest = append([]byte(nil), text[whole:]...)
	}
	return len(b), nil
}

func (w *jsonWriter) pass(text []byte) error {
	w.out.Reset()
	JSON(&w.out, text)
	_, err := w.to.Write(w.out.Bytes())
	return err
}

// Close implements io.Closer.
func (w *jsonWriter) Close() error {
	rest := w.rest
	w.rest = nil
	return w.pass(rest)
}

// Whole is how many bytes of a piece of text there are before a character at its end that the next piece may go on
// with.
func Whole(text []byte) int {
	for at := len(text) - 1; at >= 0 && at > len(text)-utf8.UTFMax; at-- {
		if !utf8.RuneStart(text[at]) {
			continue
		}
		if !utf8.FullRune(text[at:]) {
			return at
		}
		break
	}
	return len(text)
}
