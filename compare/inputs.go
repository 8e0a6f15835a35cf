package compare

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/secret"
	"example.com/overlap/source"
)

// Inputs are a job's inputs in a form that travels to the process that measures it. Exactly one is set: values as JSON;
// texts, byte for byte, which are read there as the command reads an argument or a line; or a range of integers, which
// stays two numbers however long it is.
type Inputs struct {
	Values []json.RawMessage `json:"values,omitempty"`
	Texts  [][]byte          `json:"texts,omitempty"`
	Range  *IntRange         `json:"range,omitempty"`
}

// IntRange is the integers from First to Last, both included. It is empty when Last < First.
type IntRange struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Values are inputs given one by one, each as JSON.
func Values(values ...json.RawMessage) Inputs { return Inputs{Values: values} }

// Integers are the inputs first, first+1, … last.
func Integers(first, last int64) Inputs { return Inputs{Range: &IntRange{first, last}} }

// mostInputs bounds a range: more would not fit into memory, where Map needs all inputs and all values at once.
const mostInputs = 1 << 31

// Len is how many inputs there are, at most 2³¹.
func (in Inputs) Len() int {
	switch {
	case in.Range == nil:
		return len(in.Values) + len(in.Texts)
	case in.Range.Last < in.Range.First:
		return 0
	}
	if span := uint64(in.Range.Last) - uint64(in.Range.First); span < mostInputs {
		return int(span) + 1
	}
	return mostInputs
}

// Decode gives the inputs as values of the task's input type. The error names the first input that is not one, or says
// that there are none. Call it to check a user's inputs before anything is started.
func (in Inputs) Decode(task overlap.AnyTask) ([]any, error) {
	of, _ := task.Types()
	switch n := in.Len(); {
	case in.Range != nil && in.Values != nil:
		return nil, fmt.Errorf("task %s: the inputs are both a range and values; give one of the two", task.Name())
	case in.Texts != nil && (in.Range != nil || in.Values != nil):
		return nil, fmt.Errorf("task %s: the inputs are texts and something else; give one of the two", task.Name())
	case n == 0:
		return nil, fmt.Errorf("task %s has no inputs; give at least one", task.Name())
	case in.Range != nil && n == mostInputs:
		return nil, fmt.Errorf("task %s: the range %d..%d is too long to compare; take a part of it",
			task.Name(), in.Range.First, in.Range.Last)
	case in.Range != nil:
		return in.Range.decode(task.Name(), of)
	}
	decoded := make([]any, in.Len())
	parse := source.Parser(task)
	for i, text := range in.Texts {
		value, err := parse(source.Item{Text: string(text)})
		if err != nil {
			return nil, err
		}
		decoded[i] = value
	}
	for i, raw := range in.Values {
		value := reflect.New(of)
		if err := json.Unmarshal(raw, value.Interface()); err != nil {
			return nil, fmt.Errorf("task %s takes a %v, and input %d, %s, is none: %w", task.Name(), of, i,
				plain.Shorten(secret.Mask(string(raw)), 60), err)
		}
		decoded[i] = value.Elem().Interface()
	}
	return decoded, nil
}

// text is one of the inputs as a page shows it, with what may be a password left out.
func (in Inputs) text(of reflect.Type, index int) string {
	var text string
	switch {
	case in.Range != nil:
		text = fmt.Sprint(in.Range.First + int64(index))
	case index < len(in.Texts):
		text = string(in.Texts[index])
	default:
		value := reflect.New(of)
		if err := json.Unmarshal(in.Values[index], value.Interface()); err != nil {
			return ""
		}
		text = fmt.Sprintf("%+v", value.Elem().Interface())
	}
	return plain.Shorten(plain.Line(secret.Mask(text)), mostShown)
}

const mostShown = 80 // characters of an input

// decode makes the integers of r values of an integer or float type.
func (r IntRange) decode(task string, of reflect.Type) ([]any, error) {
	value := reflect.New(of).Elem()
	var set func(int64) (fits bool)
	switch {
	case value.CanInt():
		set = func(n int64) bool { value.SetInt(n); return !value.OverflowInt(n) }
	case value.CanUint():
		set = func(n int64) bool { value.SetUint(uint64(n)); return n >= 0 && !value.OverflowUint(uint64(n)) }
	case value.CanFloat():
		set = func(n int64) bool { value.SetFloat(float64(n)); return n > -1<<53 && n < 1<<53 }
	case value.Kind() == reflect.Interface && value.NumMethod() == 0:
		set = func(n int64) bool { value.Set(reflect.ValueOf(float64(n))); return true } // as JSON decodes a number
	default:
		return nil, fmt.Errorf("task %s takes a %v; the range %d..%d gives integers", task, of, r.First, r.Last)
	}
	decoded := make([]any, 0, Inputs{Range: &r}.Len())
	for n := r.First; n <= r.Last; n++ {
		if !set(n) {
			return nil, fmt.Errorf("task %s takes a %v, which cannot hold %d of the range %d..%d", task, of, n, r.First, r.Last)
		}
		decoded = append(decoded, value.Interface())
		if n == math.MaxInt64 {
			break
		}
	}
	return decoded, nil
}
