package source

import (
	"reflect"
	"testing"
)

func TestRanges(t *testing.T) {
	cases := []struct {
		text  string
		want  Range
		is    bool
		fails bool
		meant string
	}{
		{"1..3", Range{1, 3}, true, false, "1..3"},
		{"-3..-1", Range{-3, -1}, true, false, "-3..-1"},
		{"5..5", Range{5, 5}, true, false, "5..5"},
		{"-128..127", Range{-128, 127}, true, false, "-128..127"},
		{"0..128", Range{}, false, true, "0..128"},
		{"3..1", Range{}, false, true, "1..3"},
		{"1...3", Range{}, false, true, "1..3"},
		{"1..3..5", Range{}, false, true, ""},
		{"..3", Range{}, false, true, ""},
		{"99999999999999999999..1", Range{}, false, true, ""},
		{"1-3", Range{}, false, false, "1..3"},
		{"1:3", Range{}, false, false, "1..3"},
		{"1 to 3", Range{}, false, false, "1..3"},
		{"17", Range{}, false, false, ""},
		{"x", Range{}, false, false, ""},
	}
	for _, c := range cases {
		got, is, err := parseRange(c.text, reflect.TypeFor[int8]())
		if got != c.want || is != c.is || err != nil != c.fails {
			t.Errorf("%q: %v, %v, %v", c.text, got, is, err)
		}
		if meant := correctRange(c.text); meant != c.meant {
			t.Errorf("%q was meant to be %q, want %q", c.text, meant, c.meant)
		}
	}
}

// What is read as a range gives as many numbers as it counts, and what is guessed is a range.
func FuzzRanges(f *testing.F) {
	for _, seed := range []string{
		"1..3", "-5..5", "1...4", "9-2", "0..9223372036854775807", "1:2", "..", "+1..+2", "a..b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if meant := correctRange(text); meant != "" {
			if _, is, err := parseRange(meant, reflect.TypeFor[int64]()); !is || err != nil {
				t.Errorf("%q was meant to be %q, which is none: %v", text, meant, err)
			}
		}
		s, is, err := parseRange(text, reflect.TypeFor[int64]())
		if !is || err != nil {
			return
		}
		if s.Count() < 1 {
			t.Fatalf("%q has %d numbers", text, s.Count())
		}
		const most = 1000
		n, next := int64(0), s.First
		for value := range s.Numbers() {
			if value != next {
				t.Fatalf("number %d of %q is %v, want %d", n, text, value, next)
			}
			next++
			if n++; n == most {
				break
			}
		}
		if n != min(s.Count(), most) {
			t.Errorf("%q gives %d numbers and counts %d", text, n, s.Count())
		}
	})
}
