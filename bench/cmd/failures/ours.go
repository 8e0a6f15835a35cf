package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/children"
	"example.com/overlap/process"
)

const workers = 2

// victims submit the call that the event happens to.
var victims = map[string]func(*overlap.Group) overlap.AnyFuture{
	"kill":            victim(kill),
	"exit":            victim(exit),
	"segfault":        victim(segfault),
	"leave":           victim(leave),
	"panic":           victim(panics),
	"result encode":   victim(resultEncode),
	"error encode":    victim(errorEncode),
	"error decode":    victim(errorDecode),
	"result decode":   victim(resultDecode),
	"argument encode": victim(argumentEncode),
	"argument decode": victim(argumentDecode),
	initializer:       victim(nap),
	timeout:           victim(hang),
}

func victim[In, Out any](task *overlap.Task[In, Out]) func(*overlap.Group) overlap.AnyFuture {
	return func(g *overlap.Group) overlap.AnyFuture {
		var in In
		return overlap.Submit(g, task, in)
	}
}

// observeHere makes an event happen to a pool in this process, as failures.py does it, and prints what came of it.
func observeHere(ctx context.Context, name string, limit time.Duration, out io.Writer) error {
	o := observer{limit: limit}
	var seen observation
	var err error
	switch {
	case name == orphansIdle || name == orphansBusy:
		o.pool = process.New(workers)
		return o.awaitEnd(ctx, name == orphansBusy, out)
	case name == idle:
		seen, err = o.idle(ctx)
	case name == initializer:
		seen, err = o.initializer(ctx)
	case victims[name] != nil:
		o.pool = process.New(workers, process.Silent())
		seen = o.observe(ctx, name)
	default:
		return fmt.Errorf("-observe %q: there is no event of that name", name)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(seen) // without Close: a pool that hangs is to be reported, not waited for
}

type observer struct {
	pool  *process.Pool
	limit time.Duration
}

// observe has the event happen while another call runs and three wait; two more follow.
func (o observer) observe(ctx context.Context, name string) (seen observation) {
	options := []overlap.Option{overlap.KeepGoing()}
	if name == timeout {
		options = append(options, overlap.Timeout(500*time.Millisecond), overlap.Grace(0))
	}
	group := overlap.NewGroup(ctx, o.pool, options...)
	var others []overlap.AnyFuture
	if name == timeout {
		others = append(others, victims[name](group)) // like the other: both workers hang
	} else {
		others = append(others, overlap.Submit(group, nap, 500*time.Millisecond))
	}
	hit := victims[name](group)
	if name != timeout {
		for range 3 {
			others = append(others, overlap.Submit(group, nap, 50*time.Millisecond))
		}
	}
	late := time.After(o.limit)
	seen.Victim, seen.Text = ended(hit, late)
	for _, other := range others {
		end, _ := ended(other, late)
		if name != timeout {
			seen.Others = append(seen.Others, end)
		}
	}
	late = time.After(o.limit)
	for _, call := range []overlap.AnyFuture{overlap.Submit(group, nap, 0), overlap.Submit(group, nap, 0)} {
		end, _ := ended(call, late)
		seen.Later = append(seen.Later, end)
	}
	return seen
}

// initializer is observe on a pool whose workers fail to start, with the count of the attempts.
func (o observer) initializer(ctx context.Context) (seen observation, err error) {
	folder, err := os.MkdirTemp("", "failures")
	if err != nil {
		return seen, err
	}
	defer os.RemoveAll(folder)
	count := filepath.Join(folder, "count")
	o.pool = process.New(workers, process.Initializer(countAndFail), process.Environment(countVariable+"="+count),
		process.Silent())
	seen = o.observe(ctx, initializer)
	info, err := os.Stat(count)
	if err != nil {
		return seen, err
	}
	seen.Started = int(info.Size())
	return seen, nil
}

// idle kills the oldest and the newest worker in turn, four in all, while none has anything to do; a call follows each.
func (o observer) idle(ctx context.Context) (seen observation, err error) {
	before, err := children.Of(os.Getpid()) // not this pool's
	if err != nil {
		return seen, err
	}
	o.pool = process.New(workers, process.Silent())
	group := overlap.NewGroup(ctx, o.pool, overlap.KeepGoing())
	ended(overlap.Submit(group, nap, 0), time.After(o.limit))
	for turn := range 4 {
		alive, err := children.Of(os.Getpid())
		if err != nil {
			return seen, err
		}
		alive = slices.DeleteFunc(alive, func(pid int) bool { return slices.Contains(before, pid) })
		if len(alive) == 0 {
			return seen, errors.New("the pool has no workers")
		}
		worker, err := os.FindProcess(alive[turn%2*(len(alive)-1)])
		if err != nil {
			return seen, err
		}
		if err := worker.Kill(); err != nil {
			return seen, err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return seen, err
		}
		end, _ := ended(overlap.Submit(group, nap, 0), time.After(o.limit))
		seen.Others = append(seen.Others, end)
	}
	end, _ := ended(overlap.Submit(group, nap, 0), time.After(o.limit))
	seen.Later = []string{end}
	return seen, nil
}

// awaitEnd says that the workers are there, at work or not, and waits for the end of this process.
func (o observer) awaitEnd(ctx context.Context, busy bool, out io.Writer) error {
	group := overlap.NewGroup(ctx, o.pool)
	if end, text := ended(overlap.Submit(group, nap, 0), time.After(o.limit)); end != succeeded {
		return fmt.Errorf("the pool's first call %s: %s", end, text)
	}
	if busy {
		for range workers {
			overlap.Submit(group, hang, struct{}{})
		}
	}
	if err := pause(ctx, 200*time.Millisecond); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	return pause(ctx, time.Minute)
}

// ended says how a call has ended when late arrives, and the text of its error.
func ended(call overlap.AnyFuture, late <-chan time.Time) (end, text string) {
	select {
	case <-call.Done():
	case <-late:
		return hangs, ""
	}
	err := call.Err()
	if err == nil {
		return succeeded, ""
	}
	if died, ok := errors.AsType[*process.DiedError](err); ok && call.Outcome() == overlap.WorkerDied {
		return string(died.Class), err.Error()
	}
	return call.Outcome().String(), err.Error()
}
