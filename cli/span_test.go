package cli

import (
	"reflect"
	"testing"
)

func TestSpans(t *testing.T) {
	cases := []struct {
		text  string
		want  span
		is    bool
		fails bool
		meant string
	}{
		{"1..3", span{1, 3}, true, false, "1..3"},
		{"-3..-1", span{-3, -1}, true, false, "-3..-1"},
		{"5..5", span{5, 5}, true, false, "5..5"},
		{"-128..127", span{-128, 127}, true, false, "-128..127"},
		{"0..128", span{}, false, true, "0..128"},
		{"3..1", span{}, false, true, "1..3"},
		{"1...3", span{}, false, true, "1..3"},
		{"1..3..5", span{}, false, true, ""},
		{"..3", span{}, false, true, ""},
		{"99999999999999999999..1", span{}, false, true, ""},
		{"1-3", span{}, false, false, "1..3"},
		{"1:3", span{}, false, false, "1..3"},
		{"1 to 3", span{}, false, false, "1..3"},
		{"17", span{}, false, false, ""},
		{"x", span{}, false, false, ""},
	}
	for _, c := range cases {
		got, is, err := parseSpan(c.text, reflect.TypeFor[int8]())
		if got != c.want || is != c.is || err != nil != c.fails {
			t.Errorf("%q: %v, %v, %v", c.text, got, is, err)
		}
		if meant := correctSpan(c.text); meant != c.meant {
			t.Errorf("%q was meant to be %q, want %q", c.text, meant, c.meant)
		}
	}
}

// What is read as a range gives as many numbers as it counts, and what is guessed is a range.
func FuzzSpans(f *testing.F) {
	for _, seed := range []string{"1..3", "-5..5", "1...4", "9-2", "0..9223372036854775807", "1:2", "..", "+1..+2", "a..b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if meant := correctSpan(text); meant != "" {
			if _, is, err := parseSpan(meant, reflect.TypeFor[int64]()); !is || err != nil {
				t.Errorf("%q was meant to be %q, which is none: %v", text, meant, err)
			}
		}
		s, is, err := parseSpan(text, reflect.TypeFor[int64]())
		if !is || err != nil {
			return
		}
		if s.count() < 1 {
			t.Fatalf("%q has %d numbers", text, s.count())
		}
		const most = 1000
		n, next := int64(0), s.first
		for value := range (argument{span: &s, of: reflect.TypeFor[int64]()}).values() {
			if value != next {
				t.Fatalf("number %d of %q is %v, want %d", n, text, value, next)
			}
			next++
			if n++; n == most {
				break
			}
		}
		if n != min(s.count(), most) {
			t.Errorf("%q gives %d numbers and counts %d", text, n, s.count())
		}
	})
}
