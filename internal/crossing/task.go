package crossing

import (
	"fmt"
	"reflect"

	"example.com/overlap"
	"example.com/overlap/internal/crossing/value"
)

// Task is how a task's values cross.
type Task struct {
	In, Out         *value.Codec
	InType, OutType reflect.Type
}

// ForTask finds out how a task's values cross. The error says why they do not: which value of which type, or that the
// task is a closure, which no other process has. It takes some microseconds; keep what it returns.
func ForTask(t overlap.AnyTask) (*Task, error) {
	if !t.Defined() {
		return nil, fmt.Errorf("%s is a closure of this process: make it a task with overlap.Define to run it in another",
			t.Name())
	}
	x := &Task{}
	x.InType, x.OutType = t.Types()
	var err error
	if x.In, err = value.For(x.InType); err != nil {
		return nil, fmt.Errorf("the input of task %s cannot cross to another process: %w", t.Name(), err)
	}
	if x.Out, err = value.For(x.OutType); err != nil {
		return nil, fmt.Errorf("the result of task %s cannot cross from another process: %w", t.Name(), err)
	}
	return x, nil
}

// AppendInput encodes a call's input, as [overlap.Call.Input] gives it: a pointer to a value of InType, or to an
// interface that holds one, for a task without types. It runs the encoders of the input's type, which may panic or end
// the goroutine.
func (x *Task) AppendInput(b []byte, input any) ([]byte, error) {
	held, ok := input.(*any)
	if !ok {
		return x.In.Append(b, input)
	}
	typed := reflect.New(x.InType)
	if *held != nil {
		v := reflect.ValueOf(*held)
		if v.Type() != x.InType {
			return b, fmt.Errorf("the task takes a %v, not a %v", x.InType, v.Type())
		}
		typed.Elem().Set(v)
	}
	return x.In.Append(b, typed.Interface())
}
