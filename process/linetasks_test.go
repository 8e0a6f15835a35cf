package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/overlap"
)

// The test binary is a worker that speaks the line protocol and makes this program's tasks when tellerVariable is set, to
// the caps that it lists beside cancel.
const (
	tellerVariable = "OVERLAP_TEST_TELLER"
	tellerWindow   = 2
)

func init() {
	if caps, ok := os.LookupEnv(tellerVariable); ok {
		w := &teller{caps: append(strings.Split(caps, ","), "cancel"), cancels: map[uint64]context.CancelFunc{}}
		w.serve()
		os.Exit(0)
	}
}

// teller tells its calls when they are canceled.
type teller struct {
	caps []string

	mu      sync.Mutex // of what follows, and of the output
	cancels map[uint64]context.CancelFunc
}

type tellerCall struct {
	ID     uint64
	Task   string
	In     json.RawMessage
	Cancel uint64
}

func (w *teller) say(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	os.Stdout.Write(append(text, '\n'))
}

func (w *teller) serve() {
	var names []string
	for _, t := range overlap.Tasks() {
		names = append(names, t.Name())
	}
	w.say(map[string]any{"overlap": 1, "tasks": names, "window": tellerWindow, "caps": w.caps})
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadBytes('\n'); err != nil {
		return
	}
	w.say(map[string]any{"ready": true})
	calls := make(chan func(), 1000)
	go func() {
		for call := range calls {
			if slices.Contains(w.caps, "parallel") {
				go call()
			} else {
				call()
			}
		}
	}()
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var c tellerCall
		if err := json.Unmarshal(line, &c); err != nil {
			fmt.Fprintf(os.Stderr, "cannot read %q\n", line)
			os.Exit(9)
		}
		w.mu.Lock()
		if cancel := w.cancels[c.Cancel]; cancel != nil {
			cancel()
		}
		if c.Cancel == 0 {
			ctx, cancel := context.WithCancel(context.Background())
			w.cancels[c.ID] = cancel
			calls <- func() { w.make(ctx, c) }
		}
		w.mu.Unlock()
	}
}

// make makes a call and answers it.
func (w *teller) make(ctx context.Context, c tellerCall) {
	if slices.Contains(w.caps, "start") {
		w.say(map[string]uint64{"start": c.ID})
	}
	t, _ := overlap.Lookup(c.Task)
	binding := t.Bind()
	err := json.Unmarshal(c.In, binding.Input)
	if err == nil {
		err = contained(func() error { return binding.Call(ctx) })
	}
	w.mu.Lock()
	delete(w.cancels, c.ID)
	w.mu.Unlock()
	if err == nil {
		w.say(map[string]any{"id": c.ID, "out": binding.Output})
		return
	}
	said := map[string]any{"kind": fmt.Sprintf("%T", err), "msg": fmt.Sprint(err)}
	if after, ok := errors.AsType[interface {
		error
		RetryAfter() (time.Duration, bool)
	}](err); ok {
		d, _ := after.RetryAfter()
		said["retry_after_ms"] = d.Milliseconds()
	}
	w.say(map[string]any{"id": c.ID, "err": said})
}

// contained runs f on a goroutine of its own and returns its panic or Goexit as an error.
func contained(f func() error) error {
	ended := make(chan error, 1)
	go func() {
		err := overlap.ErrGoexit
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%v", p)
			}
			ended <- err
		}()
		err = f()
	}()
	return <-ended
}
