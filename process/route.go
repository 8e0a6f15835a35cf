package process

import (
	"fmt"
	"reflect"

	"example.com/overlap"
	"example.com/overlap/internal/crossing"
	"example.com/overlap/internal/crossing/value"
)

// crossingOf finds out, once a task, how its values cross.
func (p *Pool) crossingOf(t overlap.AnyTask) (*crossing.Task, error) {
	type found struct {
		task *crossing.Task
		err  error
	}
	if x, ok := p.crossings.Load(t.Name()); ok {
		return x.(found).task, x.(found).err
	}
	task, err := crossing.ForTask(t)
	p.crossings.Store(t.Name(), found{task, err})
	return task, err
}

// route is a task on its way to one worker process.
type route struct {
	crossing *crossing.Task
	err      error         // Why the task's values do not cross; then the fields below have no meaning.
	number   uint64        // What the worker calls the task.
	known    bool          // The worker has been told of the task.
	result   any           // A *Out, into which one value after another is decoded.
	place    value.Place   // The same, as the codec wants it.
	fresh    reflect.Value // The same, by reflection.
	clear    bool          // Decoding does not overwrite all of result.
	simple   bool          // Inputs are numbers, whose encoding runs no code of their type.
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
		r = &route{}
		if r.crossing, r.err = l.pool.crossingOf(t); r.err == nil {
			r.number, r.known = l.child.tasks[t.Name()]
			r.fresh = reflect.New(r.crossing.OutType)
			r.result = r.fresh.Interface()
			r.place = r.crossing.Out.Place(r.result)
			r.clear, r.simple = !scalar(r.crossing.OutType), scalar(r.crossing.InType)
		}
		l.routes[t.Name()] = r
	}
	l.recent, l.route = t, r
	return r
}

// appendInput encodes a call's input. A call whose input ends this goroutine is ended here.
func (r *route) appendInput(b []byte, call overlap.Call) (longer []byte, err error) {
	if r.simple {
		return r.crossing.AppendInput(b, call.Input())
	}
	encoded := false
	defer func() {
		if !encoded { // the type's own encoder has ended this goroutine
			call.End(nil, overlap.Failed, overlap.ErrGoexit)
		}
	}()
	longer, err = r.crossing.AppendInput(b, call.Input())
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
