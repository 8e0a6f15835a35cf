package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// storage is where the streams of a bare JetStream are.
type storage int

const (
	inMemory storage = iota // as those of package cluster are
	onDisk                  // each write waits until the disk has it
)

// bareEngine is a server in this process with a stream of tasks and one of answers.
type bareEngine struct {
	server *server.Server
	folder string
	in     jetstream.StorageType
}

func startBare(in storage) (*bareEngine, error) {
	folder, err := os.MkdirTemp("", "bare")
	if err != nil {
		return nil, err
	}
	s, err := server.NewServer(&server.Options{
		JetStream: true, StoreDir: folder, NoSigs: true, NoLog: true, Host: "127.0.0.1", Port: -1,
		JetStreamMaxMemory: 1 << 30, JetStreamMaxStore: 4 << 30, SyncAlways: in == onDisk, DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	e := &bareEngine{s, folder, jetstream.MemoryStorage}
	if in == onDisk {
		e.in = jetstream.FileStorage
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, errors.Join(errors.New("the server is not ready"), e.stop())
	}
	return e, nil
}

func (e *bareEngine) stop() error {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return os.RemoveAll(e.folder)
}

// client is a connection of its own.
func (e *bareEngine) client() (*nats.Conn, jetstream.JetStream, error) {
	c, err := nats.Connect(e.server.ClientURL())
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(c, jetstream.WithPublishAsyncMaxPending(1024))
	return c, js, err
}

const tasks, answers = "TASKS", "ANSWERS"

// stall has who publishes wait while the server has not confirmed 1024 messages.
var stall = jetstream.WithStallWait(time.Minute)

func (e *bareEngine) makeStreams(ctx context.Context, js jetstream.JetStream) error {
	for _, name := range []string{tasks, answers} {
		config := jetstream.StreamConfig{Name: name, Subjects: []string{name}, Storage: e.in}
		if name == tasks {
			config.Retention = jetstream.WorkQueuePolicy
		}
		if _, err := js.CreateStream(ctx, config); err != nil {
			return err
		}
	}
	_, err := js.CreateConsumer(ctx, tasks, jetstream.ConsumerConfig{Durable: "workers",
		AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1 << 16})
	return err
}

func plusOne(n uint64) uint64 { return n + 1 }

// work answers tasks, each number with the one after it, which it has from next, until ctx ends.
func (e *bareEngine) work(ctx context.Context, next func(uint64) uint64) (stop func(), err error) {
	c, js, err := e.client()
	if err != nil {
		return nil, err
	}
	consumer, err := js.Consumer(ctx, tasks, "workers")
	if err != nil {
		c.Close()
		return nil, err
	}
	_, err = consumer.Consume(func(m jetstream.Msg) {
		out := make([]byte, 0, len(m.Data()))
		for in := m.Data(); len(in) >= 8; in = in[8:] {
			out = binary.LittleEndian.AppendUint64(out, next(binary.LittleEndian.Uint64(in)))
		}
		_, _ = js.PublishMsgAsync(&nats.Msg{Subject: answers, Data: out}, stall) // if not, an answer is missing
		_ = m.Ack()
	}, jetstream.PullMaxMessages(256))
	return c.Close, err
}

// collect hands the numbers of each answer to take, until take returns false or ctx ends.
func (e *bareEngine) collect(ctx context.Context, js jetstream.JetStream, take func(numbers []byte) bool) (
	wait func() error, err error,
) {
	consumer, err := js.OrderedConsumer(ctx, answers, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	over := make(chan struct{})
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		if take != nil && !take(m.Data()) {
			take = nil
			close(over)
		}
	})
	if err != nil {
		return nil, err
	}
	return func() error {
		defer consuming.Stop()
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}, nil
}

// bare has numbers incremented by two workers on a bare JetStream, so many to a message.
func bare(batch int, in storage) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, calls int) (took time.Duration, err error) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		e, err := startBare(in)
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
		for range 2 {
			stop, err := e.work(ctx, plusOne)
			if err != nil {
				return 0, err
			}
			defer stop()
		}
		seen, sum := 0, uint64(0)
		wait, err := e.collect(ctx, js, func(numbers []byte) bool {
			for ; len(numbers) >= 8; numbers = numbers[8:] {
				sum += binary.LittleEndian.Uint64(numbers)
				seen++
			}
			return seen < calls
		})
		if err != nil {
			return 0, err
		}
		start := time.Now()
		if err := publish(js, calls, batch); err != nil {
			return 0, err
		}
		if err := wait(); err != nil {
			return 0, err
		}
		took = time.Since(start)
		if want := uint64(calls) * uint64(calls+1) / 2; seen != calls || sum != want {
			err = fmt.Errorf("%d answers with the sum %d, want %d with %d", seen, sum, calls, want)
		}
		return took, err
	}
}

func publish(js jetstream.JetStream, calls, batch int) error {
	for next := 0; next < calls; next += batch {
		numbers := make([]byte, 0, 8*batch)
		for n := next; n < min(next+batch, calls); n++ {
			numbers = binary.LittleEndian.AppendUint64(numbers, uint64(n))
		}
		if _, err := js.PublishMsgAsync(&nats.Msg{Subject: tasks, Data: numbers}, stall); err != nil {
			return err
		}
	}
	return nil
}
