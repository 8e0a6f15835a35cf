package plain

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// JSON appends one text of JSON to another buffer so that any terminal and any reader can be given it: characters that
// a terminal would obey are written as JSON's own escapes, which mean the same, and bytes that are not UTF-8 as \ufffd.
// It reports whether there were any of those.
func JSON(to *bytes.Buffer, text []byte) (replaced bool) {
	from := 0
	for at := 0; at < len(text); {
		if text[at] < 0x7f {
			at++
			continue
		}
		r, size := utf8.DecodeRune(text[at:])
		bad := r == utf8.RuneError && size == 1
		if bad || obeyed(r) {
			to.Write(text[from:at])
			fmt.Fprintf(to, `\u%04x`, r)
			from, replaced = at+size, replaced || bad
		}
		at += size
	}
	to.Write(text[from:])
	return replaced
}
