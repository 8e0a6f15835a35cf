package plain

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for text, want := range map[string][2]string{ // as Text, as Line
		"plain café 日本":  {"plain café 日本", "plain café 日本"},
		"two\nlines\t.":  {"two\nlines\t.", `two\nlines\t.`},
		"dos\r\nend":     {"dos\nend", `dos\r\nend`},
		"over\rwritten":  {`over\rwritten`, `over\rwritten`},
		"\x1b[31mred":    {`\x1b[31mred`, `\x1b[31mred`},
		"a\x00b\x07\x7f": {`a\x00b\x07\x7f`, `a\x00b\x07\x7f`},
		"c1 \u009b31m":   {`c1 \u009b31m`, `c1 \u009b31m`},
		"bidi \u202egpj": {`bidi \u202egpj`, `bidi \u202egpj`},
		"iso \u2066x":    {`iso \u2066x`, `iso \u2066x`},
		"sep \u2028x":    {`sep \u2028x`, `sep \u2028x`},
		"bytes \xff\x9b": {`bytes \xff\x9b`, `bytes \xff\x9b`},
		"honest \ufffd":  {"honest \ufffd", "honest \ufffd"},
	} {
		if got := [2]string{Text(text), Line(text)}; got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{"": "", "äöü": "äöü", "äöüß": "äöü…", "a\xff\xfeb": "a\xff\xfe…"} {
		if got := Shorten(text, 3); got != want {
			t.Errorf("%q is shortened to %q, want %q", text, got, want)
		}
	}
}

func TestWriter(t *testing.T) {
	var b strings.Builder
	if n, err := Writer(&b).Write([]byte("a\x1bb\n")); n != 4 || err != nil || b.String() != "a\\x1bb\n" {
		t.Errorf("%d, %v: %q", n, err, b.String())
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b\r\n\u202e\xff\u009b\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, shown := range []string{Text(text), Line(text)} {
			for _, r := range shown {
				if unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
					t.Errorf("%q is shown as %q", text, shown)
				}
			}
			if !utf8.ValidString(shown) {
				t.Errorf("%q is shown as %q", text, shown)
			}
		}
		if strings.ContainsAny(Line(text), "\n\t") {
			t.Errorf("%q is no line", Line(text))
		}
	})
}

// What JSON gives is UTF-8 and means what encoding/json reads in the text itself.
func FuzzJSON(f *testing.F) {
	f.Add("a\x1b\r\n\u202e\xff\u009b\x7f\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		raw := []byte{'"'}
		for _, c := range []byte(text) { // a worker's text: what JSON demands is escaped or left out, nothing else
			if c >= ' ' && c != '"' && c != '\\' {
				raw = append(raw, c)
			}
		}
		raw = append(raw, '"')
		var b bytes.Buffer
		replaced := JSON(&b, raw)
		var got, want string
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Skip()
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil || got != want || !utf8.Valid(b.Bytes()) {
			t.Errorf("%q is written %q, %v", raw, b.Bytes(), err)
		}
		if replaced == utf8.Valid(raw) {
			t.Errorf("%q: replaced is %v", raw, replaced)
		}
		if strings.ContainsFunc(b.String(), obeyed) {
			t.Errorf("%q is written %q", raw, b.Bytes())
		}
	})
}
