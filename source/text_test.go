package source

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// textsOf gives the items of a text as texts, and the error at the end.
func textsOf(format Format, r io.Reader) ([]string, error) {
	return texts(format(r, "in.txt"))
}

func texts(items iter.Seq2[Item, error]) (all []string, failure error) {
	for item, err := range items {
		if err != nil {
			return all, err
		}
		all = append(all, item.String())
	}
	return all, nil
}

func TestText(t *testing.T) {
	cases := []struct {
		of   Text
		text string
		want []string
		err  string
	}{
		{Text{}, "\ufeffa\r\n\n \t\nb\xff\n#c", []string{"a", "b\xff", "#c"}, ""},
		{Text{Comments: true}, "#a\n #b\nc#", []string{" #b", "c#"}, ""},
		{Text{Null: true}, "\ufeffa\n\x00 \x00\x00#b\r\x00", []string{"\ufeffa\n", " ", "", "#b\r"}, ""},
		{Text{Null: true}, "a\x00b", []string{"a", "b"}, ""},
		{Text{Longest: 3}, "abc\r\nabcd\n", []string{"abc"}, "in.txt:2: the line is longer than 3 bytes"},
		{Text{Longest: 1024}, strings.Repeat("x", 5000), nil, "in.txt:1: the line is longer than 1 KiB"},
		{Text{}, inUTF16("a line\n", 0), nil, "in.txt: the text is UTF-16: convert it, for example with iconv"},
		{Text{}, inUTF16("\ufeffa line\n", 1), nil, "UTF-16"},
		{Text{}, "\xff\xfea", nil, "UTF-16"},
		{Text{}, "a\x00", []string{"a\x00"}, ""},
	}
	for _, c := range cases {
		for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			got, err := textsOf(c.of.Items, r)
			if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") ||
				err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%+v of %q: %q, %v; want %q, %q", c.of, c.text, got, err, c.want, c.err)
			}
		}
	}
	_, err := textsOf(Lines, strings.NewReader("\xff\xfea"))
	if !errors.Is(err, ErrUTF16) {
		t.Error(err)
	}
}

// inUTF16 is a text with the greater byte of each unit second, or first.
func inUTF16(text string, greater int) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		two := [2]byte{byte(unit), byte(unit >> 8)}
		out = append(out, two[greater], two[1-greater])
	}
	return string(out)
}

func TestJSONLines(t *testing.T) {
	got, err := textsOf(JSONLines, strings.NewReader("{\"a\": 1}\n\n[2]\nbare"))
	if !slices.Equal(got, []string{`{"a": 1}`, "[2]"}) || err == nil ||
		!strings.HasPrefix(err.Error(), `in.txt:4: "bare" is no JSON`) {
		t.Errorf("%q, %v", got, err)
	}
}
