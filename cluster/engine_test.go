package cluster

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"example.com/overlap"
)

// An engine that is started again at its address, with its keys, is what submitters and workers come back to: what it had is
// submitted again.
func TestEngineThatIsStartedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	keys := Keys(filepath.Join(t.TempDir(), "keys.json"))
	first, at := newEngine(t, keys)
	x := connected(t, first.Submit())
	leave := working(t, first.Join(), 2)
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	restarted := make(chan *Engine, 1)
	results := 0
	for r := range overlap.Stream(t.Context(), x, naps, func(yield func(time.Duration) bool) {
		for i := 0; i < 60 && yield(20*time.Millisecond); i++ {
		}
	}) {
		if r.Err != nil {
			t.Errorf("call %d: %v", r.Index, r.Err)
		}
		if results++; results == 5 {
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			go func() {
				time.Sleep(200 * time.Millisecond)
				again, err := Start(Listen(at), keys)
				if err != nil {
					t.Error(err)
				}
				restarted <- again
			}()
		}
	}
	if results != 60 {
		t.Errorf("60 inputs have %d results", results)
	}
	leave()
	if again := <-restarted; again != nil {
		if again.Join() != first.Join() || again.Submit() != first.Submit() {
			t.Error("the strings differ after the engine was started again")
		}
		_ = x.Close()
		_ = again.Close()
	}
}

// A string for workers is none for submitters.
func TestWorkersStringDoesNotSubmit(t *testing.T) {
	e, _ := newEngine(t)
	defer func(before time.Duration) { answerPatience = before }(answerPatience)
	answerPatience = time.Second // there is no answer
	if x, err := Connect(t.Context(), e.Join()); err == nil {
		x.Close()
		t.Error("it does")
	}
}

// began hears of calls of tellsBegin.
var began = make(chan struct{}, 100)

var tellsBegin = overlap.Define("cluster-test/tell-begin", func(_ context.Context, d time.Duration) (time.Duration, error) {
	began <- struct{}{}
	time.Sleep(d)
	return d, nil
})

// What runs when an engine begins to end is answered through it.
func TestEngineThatDrains(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	e, _ := newEngine(t)
	x := connected(t, e.Submit())
	leave := working(t, e.Join(), 2)
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-began
		e.Drain()
	}()
	naps := []time.Duration{300 * time.Millisecond}
	if _, err := overlap.Map(t.Context(), x, tellsBegin, naps); err != nil {
		t.Error(err)
	}
	<-drained
	leave()
	if len(began) > 0 {
		t.Error("the call was made again")
	}
}
