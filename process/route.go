package process

import (
	"fmt"
	"reflect"

	"example.com/overlap"
	"example.com/overlap/process/value"
)

// crossing is how a task's values cross.
type crossing struct {
	in, out         *value.Codec
	inType, outType reflect.Type
	err             error // why they do not
}

// crossing finds out, once a task.
func (p *Pool) crossing(t overlap.AnyTask) *crossing {
	if x, ok := p.crossings.Load(t.Name()); ok {
		return x.(*crossing)
	}
	x := &crossing{}
	x.inType, x.outType = t.Types()
	var err error
	if !t.Defined() {
		x.err = fmt.Errorf("%s is a closure of this process: make it a task with overlap.Define to run it in another", t.Name())
	} else if x.in, err = value.For(x.inType); err != nil {
		x.err = fmt.Errorf("the input of task %s cannot cross to another process: %w", t.Name(), err)
	} else if x.out, err = value.For(x.outType); err != nil {
		x.err = fmt.Errorf("the result of task %s cannot cross from another process: %w", t.Name(), err)
	}
	p.crossings.Store(t.Name(), x)
	return x
}

// route is a task on its way to one worker process.
type route struct {
	*crossing
	number uint64        // by which the worker knows the task
	known  bool          // it has been told
	result any           // *Out, for one value after another
	place  value.Place   // the same
	fresh  reflect.Value // the same
	clear  bool          // decoding does not overwrite all of it
	simple bool          // an input is a number, whose encoding runs no code of its type
}

// scalar reports whether decoding overwrites all of a value of the type.
func scalar(t reflect.Type) bool {
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128 && t.NumMethod() == 0
}

// routeOf finds the task's route to the lease's process.
func (l *lease) routeOf(t overlap.AnyTask) *route {
	if t == l.recent {
		return l.route
	}
	r, ok := l.routes[t.Name()]
	if !ok {
		if l.routes == nil {
			l.routes = map[string]*route{}
		}
		r = &route{crossing: l.pool.crossing(t)}
		if r.err == nil {
			r.number, r.known = l.child.tasks[t.Name()]
			r.fresh = reflect.New(r.outType)
			r.result = r.fresh.Interface()
			r.place = r.out.Place(r.result)
			r.clear, r.simple = !scalar(r.outType), scalar(r.inType)
		}
		l.routes[t.Name()] = r
	}
	l.recent, l.route = t, r
	return r
}

// appendInput encodes a call's input, which an untyped task has in an interface. A call whose input ends this goroutine is
// ended here.
func (r *route) appendInput(b []byte, call overlap.Call) (longer []byte, err error) {
	input := call.Input()
	if held, ok := input.(*any); ok {
		typed := reflect.New(r.inType)
		if *held != nil {
			v := reflect.ValueOf(*held)
			if v.Type() != r.inType {
				return b, fmt.Errorf("the task takes a %v, not a %v", r.inType, v.Type())
			}
			typed.Elem().Set(v)
		}
		input = typed.Interface()
	}
	if r.simple {
		return r.in.Append(b, input)
	}
	encoded := false
	defer func() {
		if !encoded { // the type's own encoder has ended this goroutine
			call.End(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	longer, err = r.in.Append(b, input)
	encoded = true
	return longer, err
}

// end ends a call with the value that a worker sent.
func (r *route) end(l *lease, call overlap.Call, body []byte) {
	if err := r.decode(l, call, body); err != nil {
		call.End(nil, overlap.Failed, fmt.Errorf("the worker's result did not decode: %w", err))
		return
	}
	if _, untyped := call.Input().(*any); untyped {
		held := r.fresh.Elem().Interface()
		l.endCall(call, &held, overlap.Succeeded, nil)
		return
	}
	l.endCall(call, r.result, overlap.Succeeded, nil)
}

// decode puts the value of a call into result. A call whose value ends this goroutine is ended here.
func (r *route) decode(l *lease, call overlap.Call, body []byte) error {
	if !r.clear {
		return r.place.Decode(body)
	}
	r.fresh.Elem().SetZero()
	decoded := false
	defer func() {
		if !decoded { // the type's own decoder has ended this goroutine
			l.endCall(call, nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	err := r.place.Decode(body)
	decoded = true
	return err
}
