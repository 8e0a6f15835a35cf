package overlap

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
)

// Wrong arguments panic at once, where they are given, with a message that says whose they are.
func TestMisusePanicsWithThePrefix(t *testing.T) {
	ctx := t.Context() // which ends the group below
	var noContext context.Context
	id := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	in := func(yield func(int) bool) { yield(1) }
	in2 := func(yield func(int, error) bool) { yield(1, nil) }
	future := Submit(NewGroup(ctx, Pool(1)), id, 1)
	type named struct{ *Future[int] }
	for what, misuse := range map[string]func(){
		"Map: nil context":            func() { Map(noContext, Pool(1), id, []int{1}) },
		"Map: nil executor":           func() { Map(ctx, nil, id, []int{1}) },
		"Map: nil task":               func() { Map[int, int](ctx, Pool(1), nil, nil) },
		"Map: zero Task":              func() { Map(ctx, Pool(1), &Task[int, int]{}, []int{1}) },
		"Map: zero Task, no input":    func() { Map(ctx, Pool(1), &Task[int, int]{}, nil) },
		"Map: nil option":             func() { Map(ctx, Pool(1), id, []int{1}, nil) },
		"Map: nil *RetryPolicy":       func() { Map(ctx, Pool(1), id, []int{1}, (*RetryPolicy)(nil)) },
		"Map: nil *RateLimit":         func() { Map(ctx, Pool(1), id, []int{1}, (*RateLimit)(nil)) },
		"Map: nil *Gate":              func() { Map(ctx, Pool(1), id, []int{1}, (*Gate)(nil)) },
		"Map: nil *KeyLimits":         func() { Map(ctx, Pool(1), id, []int{1}, (*KeyLimits)(nil)) },
		"Map: nil *HaltPolicy":        func() { Map(ctx, Pool(1), id, []int{1}, (*HaltPolicy)(nil)) },
		"PerKey: nil *RateLimit":      func() { PerKey(func(int) string { return "" }, (*RateLimit)(nil)) },
		"Map: Window":                 func() { Map(ctx, Pool(1), id, []int{1}, Window(1)) },
		"Map: Ordered":                func() { Map(ctx, Pool(1), id, []int{1}, Ordered()) },
		"MapResults: nil context":     func() { MapResults(noContext, Pool(1), id, []int{1}) },
		"MapResults: nil executor":    func() { MapResults(ctx, nil, id, []int{1}) },
		"MapResults: zero Task":       func() { MapResults(ctx, Pool(1), &Task[int, int]{}, []int{1}) },
		"MapResults: Window":          func() { MapResults(ctx, Pool(1), id, []int{1}, Window(1)) },
		"Task.Named: empty":           func() { id.Named("") },
		"Task.Named: nil task":        func() { (*Task[int, int])(nil).Named("x") },
		"Task.Named: of Define":       func() { Define("misuse named", id.fn).Named("x") },
		"Stream: nil context":         func() { Stream(noContext, Pool(1), id, in) },
		"Stream: nil executor":        func() { Stream(ctx, nil, id, in) },
		"Stream: nil inputs":          func() { Stream(ctx, Pool(1), id, nil) },
		"Stream: zero Task":           func() { Stream(ctx, Pool(1), &Task[int, int]{}, in) },
		"Stream: nil option":          func() { Stream(ctx, Pool(1), id, in, Ordered(), nil) },
		"StreamErr: nil context":      func() { StreamErr(noContext, Pool(1), id, in2) },
		"StreamErr: nil inputs":       func() { StreamErr(ctx, Pool(1), id, nil) },
		"Map: Indexes":                func() { Map(ctx, Pool(1), id, []int{1}, Indexes(func() int { return 0 })) },
		"Indexes: nil function":       func() { Indexes(nil) },
		"SetMost: 0":                  func() { NewSlots(1).SetMost(0) },
		"Stream: KeepGoing":           func() { Stream(ctx, Pool(1), id, in, KeepGoing()) },
		"Map: nil *WorkerPool":        func() { Map(ctx, (*WorkerPool)(nil), id, []int{1}) },
		"Map: zero WorkerPool":        func() { Map(ctx, &WorkerPool{}, id, []int{1}) },
		"Map: zero EventLoop":         func() { Map(ctx, &EventLoop{}, id, []int{1}) },
		"Resize: 0":                   func() { Pool(1).Resize(0) },
		"Resize: zero WorkerPool":     func() { (&WorkerPool{}).Resize(1) },
		"NewGroup: nil context":       func() { NewGroup(noContext, Pool(1)) },
		"NewGroup: nil executor":      func() { NewGroup(ctx, nil) },
		"NewGroup: nil option":        func() { NewGroup(ctx, Pool(1), nil) },
		"Completions.Add: nil":        func() { new(Completions[*Future[int]]).Add(nil) },
		"Completions.All: nil":        func() { new(Completions[*Future[int]]).All(noContext) },
		"SingleFlight: nil keys":      func() { SingleFlight[int, int, int](id, nil) },
		"SingleFlight: zero Task":     func() { SingleFlight(&Task[int, int]{}, func(n int) int { return n }) },
		"TrySubmit: nil group":        func() { TrySubmit(nil, id, 1) },
		"TrySubmit: nil task":         func() { TrySubmit[int, int](NewGroup(ctx, Pool(1)), nil, 1) },
		"NewGroup: Ordered":           func() { NewGroup(ctx, Pool(1), Ordered()) },
		"Submit: nil group":           func() { Submit(nil, id, 1) },
		"Submit: zero Group":          func() { Submit(&Group{}, id, 1) },
		"Submit: nil task":            func() { Submit[int, int](NewGroup(ctx, Pool(1)), nil, 1) },
		"Submit: zero Task":           func() { Submit(NewGroup(ctx, Pool(1)), &Task[int, int]{}, 1) },
		"Wait: zero Group":            func() { _ = (&Group{}).Wait() },
		"Wait: nil group":             func() { _ = (*Group)(nil).Wait() },
		"Future.Wait: nil context":    func() { _, _ = future.Wait(noContext) },
		"All: nil context":            func() { _ = All(noContext, future) },
		"All: nil future":             func() { _ = All(ctx, future, nil) },
		"All: nil *Future":            func() { _ = All(ctx, (*Future[int])(nil)) },
		"All: zero Future":            func() { _ = All(ctx, &Future[int]{}) },
		"All: nil within a struct":    func() { _ = All(ctx, named{}) },
		"FirstCompleted: nil future":  func() { _, _ = FirstCompleted(ctx, nil, future) },
		"FirstCompleted: nil context": func() { _, _ = FirstCompleted(noContext, future) },
		"FirstError: nil future":      func() { _ = FirstError(ctx, nil) },
		"AsCompleted: nil context":    func() { AsCompleted(noContext, future) },
		"AsCompleted: nil future":     func() { AsCompleted(ctx, future, nil) },
		"Await: nil context":          func() { _, _ = Await(noContext, func() (int, error) { return 0, nil }) },
		"Func: nil function":          func() { Func[int, int](nil) },
		"Func: nil option":            func() { Func(func(context.Context, int) (int, error) { return 0, nil }, nil) },
		"Define: nil option": func() {
			Define("misuse", func(context.Context, int) (int, error) { return 0, nil }, nil)
		},
		"Observe: nil function": func() { Observe(nil) },
		"Window: 0":             func() { Window(0) },
		"Timeout: 0":            func() { Timeout(0) },
		"Spacing: 0":            func() { Spacing(0) },
		"Priority: there are":   func() { jobOptions(t.Context(), "Map", []Option{Priority(2)}) },
		"MedianTimeout: 0":      func() { MedianTimeout(0) },
		"MedianTimeout: NaN":    func() { MedianTimeout(math.NaN()) },
		"MedianTimeout: Inf":    func() { MedianTimeout(math.Inf(1)) },
		"Version: empty":        func() { Version("") },
		"Grace: negative":       func() { Grace(-1) },
		"Retry: negative":       func() { Map(ctx, Pool(1), id, []int{1}, Retry(-1)) },
	} {
		func() {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.HasPrefix(p, "overlap: ") {
					t.Errorf("%s: panicked with %q, want a message that begins with the prefix", what, p)
				}
			}()
			misuse()
		}()
	}
	if err := All(ctx, named{future}); err != nil {
		t.Errorf("a future within a struct: %v", err)
	}
}
