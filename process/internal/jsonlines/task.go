package jsonlines

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"example.com/overlap"
)

// Task is how a task's values cross to a command's workers: by encoding/json. It is for one goroutine.
type Task struct {
	Name []byte // Its name, quoted.
	Err  error  // Why its values do not cross; nil if they do.

	inType  reflect.Type
	result  any           // A *Out, into which one value after another is decoded.
	fresh   reflect.Value // The same, by reflection.
	untyped bool          // The values are held in an interface.
}

// NewTask finds out how a task's values cross; untyped says that its calls hold them in an interface.
func NewTask(t overlap.AnyTask, untyped bool) *Task {
	in, out := t.Types()
	x := &Task{inType: in, untyped: untyped, fresh: reflect.New(out)}
	x.Name, _ = json.Marshal(t.Name())
	x.result = x.fresh.Interface()
	x.Err = Refuse(t)
	return x
}

// Refuse says why a task's values cannot cross; nil if they can.
func Refuse(t overlap.AnyTask) error {
	in, out := t.Types()
	if why := noJSON(in, in.String(), nil); why != "" {
		return fmt.Errorf("the input of task %s cannot cross to a command: %s", t.Name(), why)
	}
	if why := noJSON(out, out.String(), nil); why != "" {
		return fmt.Errorf("the result of task %s cannot cross from a command: %s", t.Name(), why)
	}
	return nil
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// noJSON says which part of a type has no JSON, "" if all have. Types around this one are not looked at again.
func noJSON(t reflect.Type, path string, around []reflect.Type) string {
	if slices.Contains(around, t) {
		return ""
	}
	around = append(around, t)
	for _, can := range []reflect.Type{jsonMarshaler, textMarshaler} {
		if t.Implements(can) || reflect.PointerTo(t).Implements(can) {
			return ""
		}
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Sprintf("%s is a %v, which has no JSON", path, t)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return noJSON(t.Elem(), path, around)
	case reflect.Map:
		switch k := t.Key(); {
		case k.Kind() == reflect.String, reflect.Int <= k.Kind() && k.Kind() <= reflect.Uintptr, k.Implements(textMarshaler):
			return noJSON(t.Elem(), path+"[]", around)
		default:
			return fmt.Sprintf("%s has keys of type %v, which JSON has not", path, k)
		}
	case reflect.Struct:
		for f := range t.Fields() {
			if !f.IsExported() && !f.Anonymous || f.Tag.Get("json") == "-" {
				continue
			}
			if why := noJSON(f.Type, path+"."+f.Name, around); why != "" {
				return why
			}
		}
	}
	return ""
}

// AppendInput encodes a call's input. A call whose input ends this goroutine is ended here.
func (x *Task) AppendInput(b []byte, call overlap.Call) ([]byte, error) {
	input := call.Input()
	switch v := input.(type) {
	case *int:
		return strconv.AppendInt(b, int64(*v), 10), nil
	case *any:
		if x.untyped && *v != nil && reflect.TypeOf(*v) != x.inType {
			return b, fmt.Errorf("the task takes a %v, not a %T", x.inType, *v)
		}
	}
	encoded := false
	defer func() {
		if !encoded {
			call.End(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	text, err := json.Marshal(input)
	encoded = true
	if err == nil {
		if at := changed(text, reflect.ValueOf(input).Elem()); at != "" {
			err = fmt.Errorf("%s is not UTF-8, which JSON is: make it a []byte", at)
		}
	}
	return append(b, text...), err
}

// End ends a call with the value that a worker sent.
func (x *Task) End(call overlap.Call, at time.Time, value []byte) {
	x.fresh.Elem().SetZero()
	if n, ok := x.result.(*int); ok && len(value) < 19 {
		if v, err := strconv.Atoi(string(value)); err == nil {
			*n = v
			call.EndAt(at, n, overlap.Succeeded, nil)
			return
		}
	}
	decoded := false
	defer func() {
		if !decoded { // the type's own decoder has ended this goroutine
			call.EndAt(at, nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	err := json.Unmarshal(value, x.result)
	decoded = true
	if err != nil {
		call.EndAt(at, nil, overlap.Failed, fmt.Errorf("the worker's result %s did not decode: %w", Quote(value), err))
		return
	}
	if x.untyped {
		held := x.fresh.Elem().Interface()
		call.EndAt(at, &held, overlap.Succeeded, nil)
		return
	}
	call.EndAt(at, x.result, overlap.Succeeded, nil)
}

func milliseconds(n int64) time.Duration {
	return time.Duration(min(max(n, 0), int64(1<<62/time.Millisecond))) * time.Millisecond
}
