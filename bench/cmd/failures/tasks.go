package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"
	"unsafe"

	"example.com/overlap"
)

// The victims, each of which does what its name says, by the name of their event. They are defined here because a
// worker, which is this program started again, finds tasks by their names.
var (
	kill = overlap.Define("kill", func(context.Context, struct{}) (int, error) {
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return 0, err
		}
		return 0, errors.Join(self.Kill(), pause(context.Background(), time.Minute))
	})
	exit     = overlap.Define("exit", func(context.Context, struct{}) (int, error) { os.Exit(7); return 0, nil })
	segfault = overlap.Define("segfault", func(context.Context, struct{}) (int, error) {
		nowhere := unsafe.Add(unsafe.Pointer(nil), 1<<40) // beyond what Go takes for a nil pointer and makes a panic
		return int(*(*byte)(nowhere)), nil
	})
	leave  = overlap.Define("leave", func(context.Context, struct{}) (int, error) { runtime.Goexit(); return 0, nil })
	panics = overlap.Define("panic", func(context.Context, struct{}) (int, error) { panic("a task panics") })

	resultEncode = overlap.Define("result encode", func(context.Context, struct{}) (notEncodable, error) {
		return notEncodable{}, nil
	})
	resultDecode = overlap.Define("result decode", func(context.Context, struct{}) (notDecodable, error) {
		return notDecodable{}, nil
	})
	errorEncode = overlap.Define("error encode", func(context.Context, struct{}) (int, error) {
		return 0, &unspeakableError{original, make(chan int)}
	})
	errorDecode = overlap.Define("error decode", func(context.Context, struct{}) (int, error) {
		return 0, &unspeakableError{original, nil}
	})
	argumentEncode = overlap.Define("argument encode", func(context.Context, notEncodable) (int, error) { return 0, nil })
	argumentDecode = overlap.Define("argument decode", func(context.Context, notDecodable) (int, error) { return 0, nil })

	// nap is the call that nothing is wrong with.
	nap = overlap.Define("nap", func(ctx context.Context, d time.Duration) (int, error) { return 0, pause(ctx, d) })
	// hang does not look at its context.
	hang = overlap.Define("hang", func(context.Context, struct{}) (int, error) {
		return 0, pause(context.Background(), time.Minute)
	})
	// countAndFail is the initializer; the file that it counts in is named by the environment.
	countAndFail = overlap.Define("initializer", func(context.Context, struct{}) (struct{}, error) {
		file, err := os.OpenFile(os.Getenv(countVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return struct{}{}, err
		}
		_, err = file.WriteString("x")
		return struct{}{}, errors.Join(err, file.Close(), errors.New("the initializer fails"))
	})
)

const countVariable = "FAILURES_COUNT"

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// notEncodable crosses by its own methods, the first of which fails.
type notEncodable struct{}

func (notEncodable) MarshalBinary() ([]byte, error) { return nil, errors.New("does not encode") }

func (*notEncodable) UnmarshalBinary([]byte) error { return nil }

// notDecodable crosses by its own methods, the second of which fails.
type notDecodable struct{}

func (notDecodable) MarshalBinary() ([]byte, error) { return []byte{1}, nil }

func (*notDecodable) UnmarshalBinary([]byte) error { return errors.New("does not decode") }

// unspeakableError holds what cannot cross to another process.
type unspeakableError struct {
	text    string
	channel chan int
}

func (e *unspeakableError) Error() string { return e.text }
