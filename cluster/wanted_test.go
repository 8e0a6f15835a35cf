package cluster

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"example.com/overlap"
)

// asked counts who asks an engine for chunks.
type asked struct {
	*fake
	now atomic.Int64
}

func (a *asked) take(ctx context.Context, task string) ([]byte, error) {
	a.now.Add(1)
	defer a.now.Add(-1)
	return a.fake.take(ctx, task)
}

// A worker asks for chunks of a task while there are sessions that have calls of it, and again when there are again.
func TestWorkerRestsWhenNobodyWantsIt(t *testing.T) {
	for name, slots := range map[string]int{"three hands": 3, "as many as it finds out": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &asked{fake: newFake(nil)}
				ctx, end := context.WithCancel(t.Context())
				gone := make(chan error, 1)
				go func() { gone <- serve(ctx, e, overlap.Pool(3), slots, settings{}) }()
				for range 2 {
					x, err := newExecutor(e, settings{})
					if err != nil {
						t.Fatal(err)
					}
					before := time.Now()
					if values, err := overlap.Map(t.Context(), x, double, []int{1, 2}); err != nil || values[1] != 4 {
						t.Errorf("got %v, %v", values, err)
					}
					if took := time.Since(before); took > tick {
						t.Errorf("it took %v", took)
					}
					time.Sleep(2 * restAfter)
					if e.now.Load() == 0 {
						t.Error("it does not ask, and there may be more calls")
					}
					_ = x.Close()
					time.Sleep(2 * restAfter)
					synctest.Wait()
					if n := e.now.Load(); n > 0 {
						t.Errorf("%d ask for chunks that nobody has", n)
					}
				}
				end()
				if err := <-gone; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What is left in an engine of jobs that are over is a stream that is empty, and queues that go by themselves.
func TestWhatJobsLeaveInTheEngine(t *testing.T) {
	e, _ := newEngine(t)
	canceled, ended := connected(t, e.Submit()), connected(t, e.Submit())
	ctx, cancel := context.WithCancelCause(t.Context())
	group := overlap.NewGroup(ctx, canceled)
	for i := range 20 {
		overlap.Submit(group, length, make([]byte, i))
	}
	left := connected(t, e.Submit()).engine.(*jetStream).stream
	info := func() *jetstream.StreamInfo {
		s, err := left.Stream(t.Context(), streamName)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return &jetstream.StreamInfo{}
		}
		if err != nil {
			t.Fatal(err)
		}
		return s.CachedInfo()
	}
	eventually(t, "chunks are in the queue", func() bool { return info().State.Msgs > 0 })
	cancel(errors.New("canceled by the test"))
	_ = group.Wait()
	leave := working(t, e.Join(), 2)
	if _, err := overlap.Map(t.Context(), ended, double, numbers(100)); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Executor{canceled, ended} {
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	eventually(t, "the queue is empty", func() bool { return info().State.Msgs == 0 && info().State.Bytes == 0 })
	s, err := left.Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	queues := 0
	for c := range s.ListConsumers(t.Context()).Info() {
		queues++
		if c.Config.InactiveThreshold != consumerIdle || !c.Config.MemoryStorage {
			t.Errorf("a queue stays: %+v", c.Config)
		}
	}
	if queues != 2 {
		t.Errorf("there are %d queues", queues)
	}
}
