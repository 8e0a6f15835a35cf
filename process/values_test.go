package process

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
)

type cargo struct {
	Bytes []byte
	List  []string
	Table map[string]int
	Next  *cargo
}

var (
	echoCargo = overlap.Define("echo cargo", func(_ context.Context, c cargo) (cargo, error) { return c, nil })
	echoBytes = overlap.Define("echo bytes", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
	channels  = overlap.Define("channels", func(_ context.Context, c struct{ Inner struct{ Done chan int } }) (int, error) { return 0, nil })
	anything  = overlap.Define("anything", func(_ context.Context, n int) (any, error) { return n, nil })
)

func TestNilAndEmptyStayDifferent(t *testing.T) {
	p := New(1)
	defer p.Close()
	in := []cargo{
		{},
		{Bytes: []byte{}, List: []string{}, Table: map[string]int{}},
		{Bytes: []byte{0}, List: []string{""}, Table: map[string]int{"": 0}, Next: &cargo{}},
		{},
	}
	out, err := overlap.Map(context.Background(), p, echoCargo, in)
	if err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%v came back as %v, %v", in, out, err)
	}
}

func TestBytesOfEverySizeComeBack(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 200 MB there and back")
	}
	p := New(2)
	defer p.Close()
	largest := 100 << 20
	if raceDetector {
		largest = 10 << 20
	}
	var in [][]byte
	for _, size := range []int{largest, 0, 1, 4095, 4096, 4097, 20 << 10, 63 << 10, 64<<10 - 1, 64 << 10, 64<<10 + 1, 2 << 20} {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(i * 7 >> 3)
		}
		in = append(in, b)
	}
	for range 40 { // at the windows that large values leave open
		in = append(in, in[6], in[8], in[1])
	}
	out, err := overlap.Map(context.Background(), p, echoBytes, in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if !bytes.Equal(in[i], out[i]) {
			t.Errorf("%d bytes came back as %d others", len(in[i]), len(out[i]))
		}
	}
}

func TestWhatCannotCrossIsRefusedBeforeTheFirstCall(t *testing.T) {
	p := New(1)
	defer p.Close()
	ctx := context.Background()
	ran := false
	_, closure := overlap.Map(ctx, p, overlap.Func(func(context.Context, int) (int, error) { ran = true; return 0, nil }), []int{1})
	_, channel := overlap.Map(ctx, p, channels, make([]struct{ Inner struct{ Done chan int } }, 1))
	_, untyped := overlap.Map(ctx, p, anything, []int{1})
	for _, c := range []struct {
		err  error
		says []string
	}{
		{closure, []string{"closure", "overlap.Define"}},
		{channel, []string{"task channels", "Inner.Done", "chan int"}},
		{untyped, []string{"task anything", "concrete type"}},
	} {
		for _, want := range c.says {
			if c.err == nil || !strings.Contains(c.err.Error(), want) {
				t.Errorf("%v, want %q in it", c.err, want)
			}
		}
		if _, call := errors.AsType[*overlap.CallError](c.err); call {
			t.Errorf("a call was made: %v", c.err)
		}
	}
	if ran {
		t.Error("the closure has run")
	}
	mustDouble(t, p, 5)
}

func TestAnUntypedTaskCrosses(t *testing.T) {
	p := New(1)
	defer p.Close()
	task, _ := overlap.Lookup("double")
	var failed, right int
	for r := range overlap.Stream(context.Background(), p, task.Untyped(), slices.Values([]any{1, "two", 3, nil})) {
		switch {
		case r.Input == "two" && r.Outcome == overlap.Failed && strings.Contains(r.Err.Error(), "takes a int, not a string"):
			failed++
		case r.Input == nil && r.Value == 0, r.Input != nil && r.Input != "two" && r.Value == 2*r.Input.(int):
			right++
		default:
			t.Errorf("%v gave %v, %v", r.Input, r.Value, r.Err)
		}
	}
	if failed != 1 || right != 3 {
		t.Errorf("%d failed and %d were right, want 1 and 3", failed, right)
	}
}
