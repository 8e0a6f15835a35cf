package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// What an engine must do when nothing goes wrong. own is a submitter's end, other a worker's.
func testContract(t *testing.T, own, other engine) {
	const task = "0123456789ab"
	ctx := t.Context()
	if err := own.open(ctx, task); err != nil {
		t.Fatal(err)
	}
	if err := own.open(ctx, task); err != nil {
		t.Fatalf("opening a queue again: %v", err)
	}
	t.Run("a chunk is taken once", func(t *testing.T) {
		o := own.submit(task, "s1", []byte("chunk"))
		got, err := other.take(ctx, task)
		if err != nil || string(got) != "chunk" {
			t.Fatalf("took %q, %v", got, err)
		}
		waits(t, o, false)
		if was, err := o.withdraw(ctx); was || err != nil {
			t.Errorf("a chunk that was taken is withdrawn: %v, %v", was, err)
		}
		none(t, other, task)
	})
	t.Run("a chunk waits until it is taken", func(t *testing.T) {
		o := own.submit(task, "s1", []byte("waits"))
		waits(t, o, true)
		if got, err := other.take(ctx, task); err != nil || string(got) != "waits" {
			t.Errorf("took %q, %v", got, err)
		}
	})
	t.Run("a chunk that is withdrawn is taken by nobody", func(t *testing.T) {
		o := own.submit(task, "s1", []byte("withdrawn"))
		waits(t, o, true)
		if was, err := o.withdraw(ctx); !was || err != nil {
			t.Errorf("withdrawn: %v, %v", was, err)
		}
		none(t, other, task)
	})
	t.Run("a session's chunks are dropped", func(t *testing.T) {
		o := own.submit(task, "s1", []byte("mine"))
		other2 := own.submit(task, "s2", []byte("another's"))
		waits(t, o, true)
		waits(t, other2, true)
		if err := own.drop(ctx, "s1"); err != nil {
			t.Fatal(err)
		}
		if got, err := other.take(ctx, task); err != nil || string(got) != "another's" {
			t.Errorf("took %q, %v", got, err)
		}
		none(t, other, task)
	})
	// An engine may send a chunk to who has just stopped; then its session submits it again.
	t.Run("a chunk is hardly ever lost by who stops taking", func(t *testing.T) {
		const tries, mostLost = 50, 10
		lost := 0
		for i := range tries {
			stopping, stop := context.WithCancel(ctx)
			taken := make(chan []byte)
			go func() {
				got, _ := other.take(stopping, task)
				taken <- got
			}()
			chunk := fmt.Appendf(nil, "chunk %d", i)
			o := own.submit(task, "s1", chunk)
			stop()
			got := <-taken
			if got == nil {
				if !comesToWait(t, o) {
					lost++
					continue
				}
				got, _ = other.take(ctx, task)
			}
			if !bytes.Equal(got, chunk) {
				t.Fatalf("took %q instead of %q", got, chunk)
			}
		}
		if lost > mostLost {
			t.Errorf("%d chunks of %d were lost, want at most %d", lost, tries, mostLost)
		}
	})
	t.Run("messages come to all who listen", func(t *testing.T) {
		heard := make(chan []byte, 2)
		for at, e := range map[address]engine{answersTo("s1"): own, toWorkers: other} {
			stop, err := e.listen(at, func(m []byte) { heard <- bytes.Clone(m) })
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
		}
		time.Sleep(10 * time.Millisecond) // both are known to the engine
		err := errors.Join(own.send(toWorkers, []byte("to workers")), other.send(answersTo("s1"), []byte("answer")))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for range 2 {
			got[string(<-heard)] = true
		}
		if !got["to workers"] || !got["answer"] {
			t.Errorf("heard %v", got)
		}
	})
	t.Run("a question is answered", func(t *testing.T) {
		stop, err := own.reply(questionsTo("s1"), func(q []byte) []byte { return append([]byte("re: "), q...) })
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		time.Sleep(10 * time.Millisecond)
		if got, err := other.ask(ctx, questionsTo("s1"), []byte("why")); err != nil || string(got) != "re: why" {
			t.Errorf("answered %q, %v", got, err)
		}
	})
	t.Run("taking ends with its context", func(t *testing.T) {
		none(t, other, task)
	})
}

// waits waits until a chunk is in its queue, or is there no more.
func waits(t *testing.T, o offer, is bool) {
	t.Helper()
	eventually(t, fmt.Sprintf("the chunk waits: %v", is), func() bool {
		waits, err := o.waits(t.Context())
		return err == nil && waits == is
	})
}

// comesToWait reports whether a chunk is in the queue, where it has two seconds to come, and does not after that.
func comesToWait(t *testing.T, o offer) bool {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if waits, err := o.waits(t.Context()); err == nil && waits {
			return true
		}
	}
	_, _ = o.withdraw(t.Context())
	return false
}

// none checks that there is nothing to take.
func none(t *testing.T, e engine, task string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got, err := e.take(ctx, task); err == nil {
		t.Errorf("took %q, where there is nothing", got)
	}
}

// eventually waits for a fact, for as long as a failing test may take.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("does not happen: %s", what)
		}
	}
}

func TestContractOfTheFake(t *testing.T) {
	f := newFake(nil)
	testContract(t, f, f)
}

func TestContractOfJetStream(t *testing.T) {
	x := embedded(t)
	e, _, err := dial(t.Context(), x.Join())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	testContract(t, x.engine, e)
}
