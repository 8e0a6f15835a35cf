package overlap

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func identity(_ context.Context, n int) (int, error) { return n, nil }

var definedTask = Define("task_test/identity", identity)

func TestLookupFindsWhatDefineMade(t *testing.T) {
	got, ok := Lookup("task_test/identity")
	if !ok || got != AnyTask(definedTask) || !got.Defined() {
		t.Errorf("Lookup = %v, %v", got, ok)
	}
	if _, ok := Lookup("task_test/nobody"); ok {
		t.Error("Lookup found a task that nobody defined")
	}
	found := false
	for _, task := range Tasks() {
		found = found || task.Name() == "task_test/identity"
	}
	if !found {
		t.Error("Tasks does not list the task")
	}
}

func TestFuncIsNamedAfterItsFunction(t *testing.T) {
	task := Func(identity)
	if task.Defined() || !strings.HasSuffix(task.Name(), "overlap.identity") {
		t.Errorf("Func(identity): Defined %v, Name %q", task.Defined(), task.Name())
	}
}

func TestUntypedTaskRefusesAnotherType(t *testing.T) {
	out, err := Map(context.Background(), Sync(), definedTask.Untyped(), []any{1, "two"}, KeepGoing())
	if out[0] != 1 || err == nil || !strings.Contains(err.Error(), "takes a int, not a string") {
		t.Errorf("Map = %v, %v", out, err)
	}
}

func TestMisusePanicsWithThePackagesName(t *testing.T) {
	ctx := context.Background()
	var noTask *Task[int, int]
	for name, misuse := range map[string]func(){
		"empty name":      func() { Define("", identity) },
		"taken name":      func() { Define("task_test/identity", identity) },
		"nil function":    func() { Define[int, int]("task_test/nil", nil) },
		"nil Func":        func() { Func[int, int](nil) },
		"Pool(0)":         func() { Pool(0) },
		"NewSlots(-1)":    func() { NewSlots(-1) },
		"Resize(0)":       func() { NewSlots(1).Resize(0) },
		"Window(0)":       func() { Window(0) },
		"Timeout(0)":      func() { Timeout(0) },
		"Grace(-1)":       func() { Grace(-1) },
		"Observe(nil)":    func() { Observe(nil) },
		"Retry(-1)":       func() { NewGroup(ctx, Sync(), Retry(-1)) },
		"nil executor":    func() { Map(ctx, nil, definedTask, nil) },
		"nil task":        func() { Map(ctx, Sync(), noTask, nil) },
		"nil inputs":      func() { Stream(ctx, Sync(), definedTask, nil) },
		"group of nobody": func() { NewGroup(ctx, nil) },
		"no group":        func() { Submit(nil, definedTask, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "overlap: ") {
					t.Errorf("panicked with %q", text)
				}
			}()
			misuse()
		})
	}
}

// An outcome reads the words that it writes, and no others.
func TestOutcomeReadsItsOwnText(t *testing.T) {
	for want := Pending; int(want) < len(outcomeNames); want++ {
		text, err := want.MarshalText()
		var got Outcome
		if err != nil || got.UnmarshalText(text) != nil || got != want {
			t.Errorf("%v was written as %q (%v) and read as %v", want, text, err, got)
		}
	}
	got := Failed
	if err := got.UnmarshalText([]byte("gone")); err == nil || got != Failed {
		t.Errorf("unknown words were read as %v, with the error %v", got, err)
	}
	if text, err := Outcome(200).MarshalText(); err == nil {
		t.Errorf("an outcome that is none was written as %q", text)
	}
}

func TestAround(t *testing.T) {
	double := Func(func(_ context.Context, n int) (int, error) { return 2 * n, nil }, Retry(1))
	counted := 0
	around := double.Around(func(fn func(context.Context, int) (int, error)) func(context.Context, int) (int, error) {
		return func(ctx context.Context, n int) (int, error) {
			if counted++; counted == 1 {
				return 0, errors.New("not yet")
			}
			return fn(ctx, n)
		}
	})
	got, err := Map(t.Context(), Sync(), around, []int{1, 2})
	if err != nil || !slices.Equal(got, []int{2, 4}) || counted != 3 {
		t.Errorf("%v, %v after %d calls: the options are those of the task, so the first is made again", got, err, counted)
	}
	if around.Name() != double.Name() {
		t.Errorf("it is called %s, not %s", around.Name(), double.Name())
	}
}
