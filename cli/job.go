package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"example.com/overlap"
	"example.com/overlap/durable"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/source"
	"example.com/overlap/tasks/fetch"
)

// job is what run does: calls, counted, and their results, written.
type job struct {
	*program
	task    overlap.AnyTask
	show    showFlags
	retries int // extra attempts that the user asked for; -1 leaves it to the task
	reader  inputReader
	inputs  *source.Source
	results resultWriter
	log     *jobLog
	trace   *jobTrace
	page    *livePage
	file    *outfile.File // that the results go to as they come; nil for standard output
	kept    *keptResults  // in a file that is replaced when the job is over; nil for none
	index   int           // of the input that was drawn last

	tellsWhere bool // on which process, thread and goroutine each call runs

	draining    context.Context         // has ended when nothing more is to begin
	over        chan struct{}           // closed when no more results come
	id          string                  // by which others on its engine know it; "" elsewhere
	orders      chan os.Signal          // to end, from elsewhere
	drain       context.CancelCauseFunc // ends draining
	cancel      context.CancelCauseFunc
	interrupted atomic.Bool
	opened      atomic.Bool  // results and file are there
	readerGone  atomic.Bool  // nobody reads the results any more
	leaving     atomic.Bool  // the command ends at once
	closeFile   func() error // closes what the results go to, once
	watched     bool         // the results go to a terminal
	tellsAll    bool         // of all failures, since no results have them
	underWay    *underWay    // nil where drawn and ended say as much

	given  givenInputs
	growth *growth                             // of worker processes; nil for none
	scarce atomic.Pointer[string]              // what made fewer calls run at once
	hosts  *hostNews                           // nil but for requests
	found  *atomic.Pointer[overlap.AutoReport] // what auto has found out; nil under another strategy
	// autoLimit is the flag that says how many calls it may have in flight; "" for none.
	autoLimit string

	elsewhere func() (workers int, underWay, queued int64) // of a cluster; nil under another strategy

	// Counted by whoever draws inputs and takes results, read by whoever draws the progress line.
	drawn, ended, failed atomic.Int64

	badInput error              // that ended the inputs
	halted   *overlap.HaltError // by --halt; nil: it was not
	refused  error              // why the executor, or an iterator, ended the job
	tally    tally
}

var errInterrupted = errors.New("interrupted")

// resultWriter is where the results of a job go. It is safe for concurrent use.
type resultWriter interface {
	// add takes the result of a call; raw is its input as it was given, if that is not UTF-8. The outcome and failure
	// that it returns are the call's, unless its value cannot be written: then the call counts as failed. err says that
	// nothing can be written any more.
	add(r overlap.Result[any, any], raw []byte) (outcome overlap.Outcome, failure, err error)
	// flush hands on what add has collected, and returns the error of writing.
	flush() error
}

// newJob readies a job, which has neither inputs nor results yet.
func newJob(p *program, at place, flags runFlags, cancel context.CancelCauseFunc) *job {
	j := &job{
		program: p, task: at.task, show: flags.show, growth: at.growth, found: at.found, retries: -1, cancel: cancel,
		over: make(chan struct{}), orders: make(chan os.Signal, 4), tellsWhere: flags.where.tell,
		elsewhere: elsewhere(at.executor), autoLimit: flags.where.autoLimit(),
	}
	if flags.fetch != nil {
		j.tally.times = newServiceTimes()
	}
	if flags.attempts.retries > 0 {
		j.retries = flags.attempts.retries
	}
	j.draining, j.drain = context.WithCancelCause(context.Background())
	j.closeFile = sync.OnceValue(j.putFile)
	return j
}

// openResults opens what the results go to; output is what -o names.
func (j *job) openResults(output string) error {
	if output == "" || j.toStdout(output) {
		if err := j.needsStdout("the results", "give -o FILE, or -o /dev/null to throw them away"); err != nil {
			return err
		}
		if feeds(j.inputs.Files, j.stdout.to) {
			return usageErrorf("the results would go into %s, where the inputs come from: give -o another file", j.inputs.Name)
		}
		j.watched = isTerminal(j.stdout.to)
		j.results = newResults(j.stdout, j.watched)
		return nil
	}
	file, err := j.openOutput(output, j.draining.Done())
	if err != nil {
		return err
	}
	err = errors.Join(
		refuseInputs(file, "-o", j.inputs.Files), refuseStream(file, "-o", j.messages.to, "standard error"))
	if err != nil {
		file.Discard()
		return err
	}
	j.file, j.results = file, newResults(file, false)
	return nil
}

// run waits for the job.
func (j *job) run(ctx context.Context, executor overlap.Executor, options []overlap.Option) {
	j.tally.start = time.Now()
	j.log.started(j.tally.start)
	j.opened.Store(true)
	defer every(progressInterval, func() { _ = j.results.flush() })() // its error stays
	defer j.showProgress()()
	task := j.task.Untyped()
	if j.tellsWhere {
		task = j.tellingWhere(task)
	}
	j.refused = fmt.Errorf("%w under %s, and with it the job's", overlap.ErrGoexit, executor)
	go func() { // of its own: under sync, a task that ends its goroutine ends this one
		defer close(j.over)
		j.refused = j.take(overlap.StreamErr(ctx, executor, task, j.draw(), options...))
	}()
	<-j.over
	j.tally.end = time.Now()
}

// draw reads the inputs and counts them. Nothing more is drawn once the job drains.
func (j *job) draw() iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for call, err := range j.remaining() {
			if j.draining.Err() != nil {
				return
			}
			if err != nil {
				j.badInput = err
			} else if !j.takeOver(call.Index) {
				return
			} else {
				j.index = call.Index
				j.given.drawn(call.Index, call.Input.given)
				j.growth.fit(j.drawn.Add(1) - j.ended.Load())
			}
			if !yield(call.Input.value, err) || err != nil {
				return
			}
		}
	}
}

// remaining are the inputs whose calls are to be made.
func (j *job) remaining() iter.Seq2[durable.Call[callInput], error] {
	all := j.reader.calls(j.inputs.Items)
	if j.kept != nil {
		return j.keptRemaining(all)
	}
	return func(yield func(durable.Call[callInput], error) bool) {
		index := 0
		for in, err := range all {
			if !yield(durable.Call[callInput]{Index: index, Input: in}, err) {
				return
			}
			index++
		}
	}
}

// take takes the results, until there are no more or they cannot be written.
func (j *job) take(all iter.Seq[overlap.Result[any, any]]) (refused error) {
	for r := range all {
		given, asked := j.given.take(r.Index), r
		if given.input != nil {
			r.Input = given.input
		}
		switch {
		case r.Index < 0:
			if j.badInput != nil || j.interrupted.Load() || j.readerGone.Load() {
				return nil
			}
			if halted, ok := errors.AsType[*overlap.HaltError](r.Err); ok {
				j.halted = halted
				return nil
			}
			return r.Err
		case r.Outcome == overlap.NeverStarted:
			j.tally.left++
			j.drawn.Add(-1)
			if j.kept != nil {
				_ = j.kept.run.Drop(r.Index, r.Outcome) // its error stays
			}
			if !j.interrupted.Load() {
				refused = fmt.Errorf("the job ended before all calls had started: %w", resultline.Reason(r.Err))
			}
			continue
		}
		told := r
		if _, ok := asked.Input.(fetch.Request); ok { // its method may be one of the flags
			told.Input = asked.Input
		}
		j.log.add(asked, r.Input)
		j.trace.add(r)
		outcome, failure, err := j.results.add(r, given.raw)
		j.tally.add(told, outcome)
		j.ended.Add(1)
		j.page.add(told, outcome, failure)
		if failure != nil {
			j.failed.Add(1)
			j.tally.fail(outcome, failure)
			j.tellFailure(told, outcome, failure)
		}
		if err != nil {
			return nil // leaving the loop stops the job; finish tells
		}
	}
	return refused
}
