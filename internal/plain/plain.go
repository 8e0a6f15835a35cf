// Package plain makes text safe to show. Addresses, servers, workers, file names and inputs can hold anything: escape
// sequences that a terminal obeys, carriage returns that overwrite what stands there, characters that turn the
// direction of a line.
package plain

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text shows text that may have several lines: what a terminal would obey rather than show is written as an escape,
// \x1b. Line ends and tabs stay; a carriage return before a line end is part of it and goes.
func Text(text string) string {
	if !strings.ContainsFunc(text, obeyed) && utf8.ValidString(text) {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return escape(text, "\n\t")
}

// Line is Text for what must stay on one line, such as a file's name or a cell of a table: line ends and tabs are
// written as escapes, too.
func Line(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return escape(text, "")
	}
	return Text(text)
}

// Shorten cuts a text to so many characters, with … behind what is left of a longer one.
func Shorten(text string, most int) string {
	seen := 0
	for at := range text {
		if seen == most {
			return text[:at] + "…"
		}
		seen++
	}
	return text
}

// obeyed reports whether a character is one that Text never lets through.
func obeyed(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || separates(r)
}

// separates reports whether a character ends a line or a paragraph for some programs, though it is none of ASCII's.
func separates(r rune) bool { return r == '\u2028' || r == '\u2029' }

func escape(text, kept string) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[at])
		case strings.ContainsRune(kept, r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r) && r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case obeyed(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(text[at : at+size])
		}
		at += size
	}
	return b.String()
}

// Writer passes on what it is given as [Text]. Each Write must have whole characters.
func Writer(to io.Writer) io.Writer { return writer{to} }

type writer struct{ to io.Writer }

// Write implements io.Writer.
func (w writer) Write(b []byte) (int, error) {
	if _, err := io.WriteString(w.to, Text(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}
