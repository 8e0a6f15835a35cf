package compare

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/lifeline"
)

// Resolve makes the executor of a strategy; workers is how many calls may run at once, and 0 means the strategy's own
// default. stop, which may be nil, is called after the last use.
type Resolve func(strategy string, workers int) (executor overlap.Executor, stop func(), err error)

// reply is the line a measuring process writes: one of the two.
type reply struct {
	Measurement *Measurement `json:"measurement,omitempty"`
	Error       string       `json:"error,omitempty"`
}

// Child is what a measuring process does, and all it does: it reads its orders as one line of JSON from standard input,
// measures, and writes the measurement, or why there is none, as one line of JSON to standard output. The program
// calls it in a hidden sub-command; [NewProcesses] starts that. Child points os.Stdout at standard error, so that a
// task that prints does not write into its line. The process exits when its parent does. Child waits for the
// measurement; its error says that orders or reply could not be passed.
func Child(resolve Resolve) error {
	out := os.Stdout
	os.Stdout = os.Stderr
	var order Order
	if err := lifeline.Orders(&order); err != nil {
		return fmt.Errorf("reading what to measure: %w", err)
	}
	var line reply
	if m, err := measureOrGoexit(order, resolve); err != nil {
		line.Error = err.Error()
	} else {
		line.Measurement = m
	}
	if err := json.NewEncoder(out).Encode(line); err != nil {
		return fmt.Errorf("writing the measurement: %w", err)
	}
	return nil
}

// measureOrGoexit survives a task that ends the goroutine its job waits in, as under overlap.Sync.
func measureOrGoexit(order Order, resolve Resolve) (m *Measurement, err error) {
	err = fmt.Errorf("task %s, under %s: %w, and with it the job's", order.Task, order.Strategy, overlap.ErrGoexit)
	done := make(chan struct{})
	go func() {
		defer close(done)
		m, err = measure(context.Background(), order, resolve)
	}()
	<-done
	return m, err
}

// measure runs the job of an order and measures its last run.
func measure(ctx context.Context, order Order, resolve Resolve) (*Measurement, error) {
	task, found := overlap.Lookup(order.Task)
	if !found {
		return nil, fmt.Errorf("there is no task %q in this program", order.Task)
	}
	inputs, err := order.Inputs.Decode(task)
	if err != nil {
		return nil, err
	}
	executor, stop, err := resolve(order.Strategy, min(order.Workers, len(inputs))) // of which no more can be used
	if err != nil {
		return nil, err
	}
	if stop != nil {
		defer stop()
	}
	untyped, options := task.Untyped(), []overlap.Option{overlap.KeepGoing()}
	if order.Timeout > 0 {
		options = append(options, overlap.Timeout(order.Timeout))
	}
	if order.Retries > 0 {
		options = append(options, overlap.Retry(order.Retries))
	}
	for range order.Warmup {
		if _, err := runJob(ctx, executor, untyped, inputs, options); refused(err) {
			return nil, err
		}
	}

	workers, err := startWorkers(ctx, executor)
	if err != nil {
		return nil, err
	}
	events, places := newRecorder(len(inputs)), newPlaceCounter(len(inputs))
	if workers.processes != nil {
		events.workers = map[int]struct{}{}
	}
	if !order.Bare {
		options = append(options, overlap.Observe(events.observe))
		untyped = places.around(untyped)
	}
	runtime.GC()
	debug.FreeOSMemory()
	before := readWaited(workers.pids())
	memory := startMemory()
	goroutines := watchRunnable()
	cpu := processTime()
	start := time.Now()
	values, err := runJob(ctx, executor, untyped, inputs, options)
	wall := time.Since(start)
	own := processTime().since(cpu)
	runnable := goroutines.stop()
	total, peak := workers.add(own, memory.peak(), len(events.workers))
	waited := readWaited(workers.pids()).since(before)

	if refused(err) {
		return nil, err
	}
	m := &Measurement{WallSeconds: wall.Seconds(), CPUSeconds: total, PeakMemoryBytes: peak, Calls: len(inputs)}
	m.CoreWaitSeconds, m.GoroutineWaitSeconds = waited.all(), runnable
	if total != nil && wall > 0 {
		m.CoresBusy = new(*total / wall.Seconds())
	}
	m.Auto = foundBy(executor)
	m.addFailures(err, values)
	if order.Bare {
		return m, nil
	}
	m.RanOn = places.ranOn(workers.counted(events.workers))
	attempts := events.attempts()
	m.addCalls(attempts, wall)
	limit := cmp.Or(workers.limit(executor), order.Workers)
	m.Where = divide(spansOf(attempts), events.retryWaits(), len(inputs), limit, wall,
		workers.used(own, total, waited, runnable))
	return m, nil
}

// refused reports whether a Map ended with an error that is not of its calls.
func refused(err error) bool {
	job, ofCalls := errors.AsType[*overlap.JobError](err)
	return err != nil && (!ofCalls || len(job.Failed) == 0) // of which none failed: it was canceled
}

// addFailures sets what the answers of the calls say.
func (m *Measurement) addFailures(err error, values []any) {
	failed := map[int]overlap.Outcome{}
	if job, ok := errors.AsType[*overlap.JobError](err); ok {
		for i, call := range job.Failed {
			failed[call.Index] = call.Outcome
			if i < 3 {
				m.FailureSample = append(m.FailureSample, call.Error())
			}
		}
	}
	m.Failed = len(failed)
	m.Answers = hashAnswers(values, failed)
}

// addCalls sets what the times of the calls say.
func (m *Measurement) addCalls(attempts []attempt, wall time.Duration) {
	spans := spansOf(attempts)
	m.PeakInFlight = peakInFlight(spans)
	m.CallTimes = callTimes(spans)
	m.Timeline = newTimeline(spans, wall)
	m.Timeline.addSpans(attempts)
}
