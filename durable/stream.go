package durable

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
)

// Stream is [overlap.Stream] with results that are on disk when it ends, and a job that can be continued:
//
// Whatever kills the program or the machine, the same Stream again goes on where it stopped: no input is left out.
// The file then has exactly one line an input; a call that the kill cut off may be made twice.
//
//	for r := range durable.Stream(ctx, overlap.Pool(8), fetch, urls, durable.File{Name: "pages.jsonl"}) {
//		fmt.Println(r.Input, r.Err)
//	}
//
// What is yielded are the results of the calls that this run makes, in the order in which they end or with
// [overlap.Ordered] in that of the inputs; Index is the place among all inputs. The file has a line for each input, as
// the command writes them: values and inputs are written as JSON. A value that cannot be is a failure, in the file.
//
// A result is taken down when it is yielded, before the body of the loop runs; it is written within a second, and
// outlasts a crash of the machine within five, or once the loop has ended. Until all inputs have a result they are in
// the partial file, which has .part behind its name, and the file is as it was. So they stay there when the loop is
// left early or ctx ends: the next run makes calls again that were canceled or waited for another attempt, but not those
// that failed ([File].RetryFailed).
//
// A last result with Index −1 says what [overlap.Stream] says by it, why the file could not be opened ([Open]),
// written or put in its place, or that an input is not what it was in the run that is to be continued
// ([DifferentError]): inputs are told apart by a hash of their JSON ([File].Key).
//
// Each range over the returned sequence starts a run of its own. A call costs some microseconds more. options may be
// all that a Stream takes but [overlap.Indexes]. Stream panics where [overlap.Stream] does.
func Stream[In, Out any](
	ctx context.Context, executor overlap.Executor, task *overlap.Task[In, Out], inputs iter.Seq[In], file File,
	options ...overlap.Option,
) iter.Seq[overlap.Result[In, Out]] {
	if inputs == nil {
		panic("overlap: durable.Stream: the inputs are nil")
	}
	return StreamErr(ctx, executor, task, func(yield func(In, error) bool) {
		inputs(func(in In) bool { return yield(in, nil) })
	}, file, options...)
}

// StreamErr is [Stream] over a source that can fail. Its first error ends the inputs: the calls before it are made, the
// last result has Index −1 and the error, and the results stay in the partial file.
func StreamErr[In, Out any](
	ctx context.Context, executor overlap.Executor, task *overlap.Task[In, Out], inputs iter.Seq2[In, error], file File,
	options ...overlap.Option,
) iter.Seq[overlap.Result[In, Out]] {
	if inputs == nil {
		panic("overlap: durable.Stream: the inputs are nil")
	}
	// Misuse panics now, and not when somebody ranges over the results.
	overlap.StreamErr(ctx, executor, task, inputs, options...)
	file.Job = maps.Clone(file.Job)
	if file.Job == nil {
		file.Job = map[string]string{}
	}
	file.Job["task"] = task.Name()
	file.decode = func(raw []byte) (any, error) {
		var in In
		err := json.Unmarshal(raw, &in)
		return in, err
	}
	return func(yield func(overlap.Result[In, Out]) bool) {
		run, err := Open(file)
		if err != nil {
			yield(lastResult[In, Out](err))
			return
		}
		defer run.Close() // when the body of the loop panics; else it is closed by then
		s := &stream[In, Out]{run: run, encoder: resultline.NewEncoder(), inputs: inputs, tell: file.Progress}
		own := append(options[:len(options):len(options)], overlap.Indexes(func() int { return s.index }))
		if file.AtMostOnce {
			own = append(own, overlap.AtMostOnce())
		}
		s.take(ctx, overlap.StreamErr(ctx, executor, task, s.draw, own...), yield)
	}
}

func lastResult[In, Out any](err error) overlap.Result[In, Out] {
	return overlap.Result[In, Out]{Index: -1, Err: err, Outcome: overlap.NeverStarted, Worker: -1}
}

// stream is one run of a Stream.
type stream[In, Out any] struct {
	run     *Run
	encoder *resultline.Encoder
	inputs  iter.Seq2[In, error]
	index   int // of the input that was drawn last
	tell    func(Progress)
	told    time.Time
}

// draw gives the inputs whose calls are to be made.
func (s *stream[In, Out]) draw(yield func(In, error) bool) {
	for call, err := range Remaining(s.run, s.inputs, nil) {
		s.index = call.Index
		if !yield(call.Input, err) {
			return
		}
	}
}

// take keeps the results and passes them on.
func (s *stream[In, Out]) take(
	ctx context.Context, results iter.Seq[overlap.Result[In, Out]], yield func(overlap.Result[In, Out]) bool,
) {
	var last *overlap.Result[In, Out]
	var failure error
	isLeft := false
	s.tellProgress(true)
	for r := range results {
		if r.Index < 0 {
			last = &r
			continue
		}
		if failure = s.keep(&r); failure != nil {
			break
		}
		s.tellProgress(false)
		if isLeft = !yield(r); isLeft {
			break
		}
	}
	isFinished, err := s.run.Close()
	s.tellProgress(true)
	switch failure = errors.Join(failure, err); {
	case isLeft: // and so nobody is told anything
	case failure != nil:
		yield(lastResult[In, Out](failure))
	case last != nil:
		yield(*last)
	case !isFinished:
		yield(lastResult[In, Out](fmt.Errorf("not all calls were made, so the results are in %s: %w", s.run.Partial(),
			cmp.Or(context.Cause(ctx), context.Canceled))))
	}
}

// keep writes a result.
func (s *stream[In, Out]) keep(r *overlap.Result[In, Out]) error {
	switch {
	case r.Outcome == overlap.Canceled, r.Outcome == overlap.NeverStarted, errors.Is(r.Err, overlap.ErrAttemptsLeft):
		return s.run.Drop(r.Index, r.Outcome)
	}
	_, _, err := s.encoder.Keep(s.run, overlap.Result[any, any]{
		Index: r.Index, Input: r.Input, Value: r.Value, Err: r.Err, Outcome: r.Outcome, Attempts: r.Attempts,
		Started: r.Started, Finished: r.Finished, Worker: r.Worker,
	}, resultline.RawText(r.Input), nil)
	return err
}

func (s *stream[In, Out]) tellProgress(now bool) {
	if s.tell == nil || !now && time.Since(s.told) < time.Second {
		return
	}
	s.told = time.Now()
	s.tell(s.run.Progress())
}
