package compare

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap"
)

func taking[In any]() overlap.AnyTask {
	return overlap.Func(func(context.Context, In) (int, error) { return 0, nil })
}

func TestDecodeInputs(t *testing.T) {
	type request struct {
		URL   string
		Count int
	}
	raw := func(texts ...string) Inputs {
		var values []json.RawMessage
		for _, text := range texts {
			values = append(values, json.RawMessage(text))
		}
		return Values(values...)
	}
	for _, c := range []struct {
		name   string
		inputs Inputs
		task   overlap.AnyTask
		want   []any
		says   string // the error
	}{
		{"strings", raw(`"a"`, `"b"`), taking[string](), []any{"a", "b"}, ""},
		{"numbers", raw("1", "2"), taking[int](), []any{1, 2}, ""},
		{"structs", raw(`{"URL":"u","Count":2}`), taking[request](), []any{request{"u", 2}}, ""},
		{"pointers", raw(`{"URL":"u"}`), taking[*request](), []any{&request{URL: "u"}}, ""},
		{"range of int", Integers(3, 5), taking[int](), []any{3, 4, 5}, ""},
		{"range of uint8", Integers(254, 255), taking[uint8](), []any{uint8(254), uint8(255)}, ""},
		{"range of float", Integers(-1, 0), taking[float64](), []any{-1.0, 0.0}, ""},
		{"range of any", Integers(1, 1), taking[any](), []any{1.0}, ""},
		{"up to the end", Integers(math.MaxInt64-1, math.MaxInt64), taking[int64](),
			[]any{int64(math.MaxInt64 - 1), int64(math.MaxInt64)}, ""},
		{"not a number", raw("1", `"x"`), taking[int](), nil, `input 1, "x"`},
		{"range of strings", Integers(1, 2), taking[string](), nil, "takes a string; the range 1..2 gives integers"},
		{"does not fit", Integers(255, 256), taking[uint8](), nil, "cannot hold 256"},
		{"no negative ones", Integers(-1, 1), taking[uint](), nil, "cannot hold -1"},
		{"no inputs", Inputs{}, taking[int](), nil, "no inputs"},
		{"too long", Integers(math.MinInt64, math.MaxInt64), taking[int](), nil, "too long"},
		{"both", Inputs{Values: raw("1").Values, Range: &IntRange{1, 2}}, taking[int](), nil, "one of the two"},
	} {
		got, err := c.inputs.Decode(c.task)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v, %v; want an error that says %q", c.name, got, err, c.says)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v, %v; want %#v", c.name, got, err, c.want)
		}
		if c.inputs.Len() != len(c.want) {
			t.Errorf("%s: Len is %d", c.name, c.inputs.Len())
		}
	}
}

func FuzzDecodeInputs(f *testing.F) {
	f.Add([]byte(`{"values":[1,2]}`))
	f.Add([]byte(`{"range":{"first":1000,"last":1010}}`))
	f.Add([]byte(`{"range":{"first":9223372036854775800,"last":9223372036854775807}}`))
	f.Add([]byte(`{"values":[null,"x"],"range":{}}`))
	f.Fuzz(func(t *testing.T, spec []byte) {
		var inputs Inputs
		if json.Unmarshal(spec, &inputs) != nil || inputs.Len() > 1000 {
			return
		}
		for _, task := range []overlap.AnyTask{taking[int](), taking[string](), taking[uint8](), taking[float32]()} {
			decoded, err := inputs.Decode(task)
			if err == nil && len(decoded) != inputs.Len() {
				t.Errorf("%s: %d inputs of %d", spec, len(decoded), inputs.Len())
			}
			of, _ := task.Types()
			for _, v := range decoded {
				if err == nil && reflect.TypeOf(v) != of {
					t.Errorf("%s: a %T, want a %v", spec, v, of)
				}
			}
		}
	})
}
