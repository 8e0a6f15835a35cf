package cli

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap"
)

func taskOf[In any]() overlap.AnyTask {
	return overlap.Func(func(context.Context, In) (int, error) { return 0, nil })
}

type (
	celsius float32
	name    string
)

func TestParse(t *testing.T) {
	address := netip.MustParseAddr("10.0.0.1")
	cases := []struct {
		task overlap.AnyTask
		text string
		want any // nil: refused
	}{
		{taskOf[string](), " a b ", " a b "},
		{taskOf[name](), "x", name("x")},
		{taskOf[[]byte](), "raw", []byte("raw")},
		{taskOf[int](), " -7 ", -7},
		{taskOf[int](), "7.5", nil},
		{taskOf[int8](), "128", nil},
		{taskOf[uint](), "-1", nil},
		{taskOf[uint16](), "65535", uint16(65535)},
		{taskOf[celsius](), "-3.5", celsius(-3.5)},
		{taskOf[float64](), "warm", nil},
		{taskOf[bool](), "true", true},
		{taskOf[bool](), "yes", nil},
		{taskOf[netip.Addr](), "10.0.0.1", address},
		{taskOf[netip.Addr](), "10.0.0", nil},
		{taskOf[pointXY](), `{"x":1}`, pointXY{X: 1}},
		{taskOf[pointXY](), `{"x":1} 2`, nil},
		{taskOf[*pointXY](), `{"y":1}`, &pointXY{Y: 1}},
		{taskOf[[]int](), "[1,2]", []int{1, 2}},
		{taskOf[any](), `{"a":[1]}`, map[string]any{"a": []any{1.0}}},
		{taskOf[any](), "bare", nil},
	}
	for _, c := range cases {
		in, _ := c.task.Types()
		got, err := parser(c.task)(c.text)
		switch {
		case c.want == nil && (err == nil || !strings.Contains(err.Error(), quote(c.text))):
			t.Errorf("%v from %q: %v, %v; want an error with the text", in, c.text, got, err)
		case c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)):
			t.Errorf("%v from %q: %#v, %v; want %#v", in, c.text, got, err, c.want)
		}
	}
}

func TestPointerThatReadsText(t *testing.T) {
	got, err := parser(taskOf[*netip.Addr]())("10.0.0.1")
	if address, ok := got.(*netip.Addr); err != nil || !ok || address.String() != "10.0.0.1" {
		t.Errorf("%v, %v", got, err)
	}
}

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

// No text makes a parser panic, and what it gives is of the task's type.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1", "-1.5", "true", `{"x":1}`, "[1]", "null", "10.0.0.1", "\xff"} {
		f.Add(seed)
	}
	tasks := []overlap.AnyTask{taskOf[string](), taskOf[[]byte](), taskOf[int8](), taskOf[uint64](), taskOf[celsius](),
		taskOf[bool](), taskOf[netip.Addr](), taskOf[*netip.Addr](), taskOf[pointXY](), taskOf[map[string]int]()}
	f.Fuzz(func(t *testing.T, text string) {
		for _, task := range tasks {
			in, _ := task.Types()
			if value, err := parser(task)(text); err == nil && reflect.TypeOf(value) != in {
				t.Errorf("%q gives a %T, want %v", text, value, in)
			}
		}
	})
}
