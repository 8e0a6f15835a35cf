package overlap

import (
	"context"
	"testing"
)

// watchersOf counts who waits for a future.
func watchersOf(f *future) (n int) {
	for w := f.watchers.Load(); w != nil && w != endedMark; w = w.next.Load() {
		n++
	}
	return n
}

// Whoever waits for the first of many futures again and again leaves nothing behind at the others.
func TestWaitsThatAreOverAreForgotten(t *testing.T) {
	g := NewGroup(t.Context(), Async())
	gate := make(chan struct{})
	blocked := Func(func(context.Context, int) (int, error) { <-gate; return 0, nil })
	quick := Func(func(context.Context, int) (int, error) { return 0, nil })
	var all []AnyFuture
	for range 10 {
		all = append(all, Submit(g, blocked, 0))
	}
	done := all[0].Done() // stays
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	waits := []func([]AnyFuture){
		func(fs []AnyFuture) { _, _ = FirstCompleted(t.Context(), fs...) },
		func(fs []AnyFuture) {
			for range AsCompleted(t.Context(), fs...) {
				break
			}
		},
		func(fs []AnyFuture) { _ = All(ended, fs...) },
		func(fs []AnyFuture) { _ = FirstError(ended, fs...) },
		func(fs []AnyFuture) {
			defer func() { _ = recover() }()
			for range AsCompleted(t.Context(), fs...) {
				panic("the loop's body")
			}
		},
	}
	over := make(chan struct{})
	for range 4 { // at once: each takes its watchers out of the middle of a list
		go func() {
			defer func() { over <- struct{}{} }()
			for i := range 100 {
				waits[i%len(waits)](append(all[:len(all):len(all)], Submit(g, quick, i)))
			}
		}()
	}
	for range 4 {
		<-over
	}
	for i, f := range all {
		want := 0
		if i == 0 {
			want = 1
		}
		if n := watchersOf(f.base()); n != want {
			t.Errorf("future %d has %d watchers, want %d", i, n, want)
		}
	}
	close(gate)
	if err := All(t.Context(), all...); err != nil {
		t.Error(err)
	}
	<-done
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// Waits that end while futures do neither miss an end nor break the lists.
func TestWaitsEndWhileFuturesEnd(t *testing.T) {
	task := Func(func(_ context.Context, i int) (int, error) { return i, nil })
	for range 300 {
		g := NewGroup(t.Context(), Async())
		var all []AnyFuture
		for i := range 20 {
			all = append(all, Submit(g, task, i))
		}
		over := make(chan int)
		for range 3 {
			go func() {
				_, _ = FirstCompleted(t.Context(), all...)
				n := 0
				for range AsCompleted(t.Context(), all...) {
					n++
				}
				over <- n
			}()
		}
		for range 3 {
			if n := <-over; n != len(all) {
				t.Fatalf("AsCompleted yielded %d of %d futures", n, len(all))
			}
		}
		_ = g.Wait()
	}
}

// A group whose queue never empties holds what is in it, not all that ever was.
func TestQueueOfAGroupDoesNotGrowForEver(t *testing.T) {
	g := NewGroup(t.Context(), Pool(1))
	next := make(chan bool)
	task := Func(func(context.Context, int) (int, error) { <-next; return 0, nil })
	Submit(g, task, 0)
	Submit(g, task, 0)
	for i := range 5000 { // never more than three calls that have not ended
		Submit(g, task, i)
		next <- true
	}
	g.job.queueing.Lock()
	if n := cap(g.job.queue); n > 16 {
		t.Errorf("the queue has room for %d calls, with 2 in it", n)
	}
	g.job.queueing.Unlock()
	close(next)
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
