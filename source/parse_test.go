package source

import (
	"context"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap"
)

func taskOf[In any]() *overlap.Task[In, int] {
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
		{taskOf[pointOf](), `{"x":1}`, pointOf{X: 1}},
		{taskOf[pointOf](), `{"x":1} 2`, nil},
		{taskOf[*pointOf](), `{"y":1}`, &pointOf{Y: 1}},
		{taskOf[[]int](), "[1,2]", []int{1, 2}},
		{taskOf[any](), `{"a":[1]}`, map[string]any{"a": []any{1.0}}},
		{taskOf[any](), "bare", nil},
	}
	for _, c := range cases {
		in, _ := c.task.Types()
		got, err := Parser(c.task)(Item{Text: c.text})
		switch {
		case c.want == nil && (err == nil || !strings.Contains(err.Error(), quote(c.text))):
			t.Errorf("%v from %q: %v, %v; want an error with the text", in, c.text, got, err)
		case c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)):
			t.Errorf("%v from %q: %#v, %v; want %#v", in, c.text, got, err, c.want)
		}
	}
}

func TestPointerThatReadsText(t *testing.T) {
	got, err := Parser(taskOf[*netip.Addr]())(Item{Text: "10.0.0.1"})
	if address, ok := got.(*netip.Addr); err != nil || !ok || address.String() != "10.0.0.1" {
		t.Errorf("%v, %v", got, err)
	}
}

// No text makes a parser panic, and what it gives is of the task's type.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1", "-1.5", "true", `{"x":1}`, "[1]", "null", "10.0.0.1", "\xff"} {
		f.Add(seed)
	}
	tasks := []overlap.AnyTask{taskOf[string](), taskOf[[]byte](), taskOf[int8](), taskOf[uint64](), taskOf[celsius](),
		taskOf[bool](), taskOf[netip.Addr](), taskOf[*netip.Addr](), taskOf[pointOf](), taskOf[map[string]int]()}
	f.Fuzz(func(t *testing.T, text string) {
		for _, task := range tasks {
			in, _ := task.Types()
			if value, err := Parser(task)(Item{Text: text}); err == nil && reflect.TypeOf(value) != in {
				t.Errorf("%q gives a %T, want %v", text, value, in)
			}
		}
	})
}

type pointOf struct{ X, Y int }
