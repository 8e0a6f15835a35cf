package main

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"example.com/overlap"
	"example.com/overlap/process"
)

// bareThenProcess is the time of numbers that go through a bare JetStream one at a time, and of as many that go to a worker
// process and back: what a call through an engine to a process cannot do without.
func bareThenProcess(ctx context.Context, calls int) (took time.Duration, err error) {
	if took, err = bareOneByOne(ctx, calls, plusOne); err != nil {
		return 0, err
	}
	pool := process.New(1)
	there, err := incrementOneByOne(ctx, pool, calls)
	return took + there, errors.Join(err, pool.Close())
}

// bareToProcess is the time of numbers that go through a bare JetStream one at a time, whose worker asks a worker process,
// which sleeps until it is asked.
func bareToProcess(ctx context.Context, calls int) (took time.Duration, err error) {
	pool := process.New(1)
	defer func() { err = errors.Join(err, pool.Close()) }()
	group := overlap.NewGroup(ctx, pool)
	took, err = bareOneByOne(ctx, calls, func(n uint64) uint64 {
		next, _ := overlap.Submit(group, increment, int(n)).Wait(ctx) // the group says what failed
		return uint64(next)
	})
	return took, errors.Join(err, group.Wait())
}

// bareOneByOne is the time of numbers that go through a bare JetStream one at a time.
func bareOneByOne(ctx context.Context, calls int, next func(uint64) uint64) (took time.Duration, err error) {
	e, err := startBare(inMemory)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	c, js, err := e.client()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := e.makeStreams(ctx, js); err != nil {
		return 0, err
	}
	stop, err := e.work(ctx, next)
	if err != nil {
		return 0, err
	}
	defer stop()
	got := make(chan struct{}, 1)
	if _, err := e.collect(ctx, js, func([]byte) bool { got <- struct{}{}; return true }); err != nil {
		return 0, err
	}
	start := time.Now()
	for i := range calls {
		number := binary.LittleEndian.AppendUint64(nil, uint64(i))
		if _, err := js.PublishMsgAsync(&nats.Msg{Subject: tasks, Data: number}); err != nil {
			return 0, err
		}
		select {
		case <-got:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	return time.Since(start), nil
}
