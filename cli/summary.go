package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/resultline"
)

// tally is what the summary of a job tells. Only the goroutine that takes results writes to it.
type tally struct {
	start, end time.Time
	outcomes   [overlap.WorkerDied + 1]int64
	extra      int64 // attempts beyond the first of each call
	left       int64 // inputs that were drawn and not run
	slowest    overlap.Result[any, any]
	told       int // failures told of as they happened
	stackTold  bool
	reasons    map[string]int64 // why calls failed, where their errors say it without what differs from call to call
	scarce     string           // what made fewer calls run at once; "" for nothing
	answers    map[string]int64 // what calls that succeeded got, where their values say it in a word
	times      *serviceTimes    // nil where nobody wants them
}

func (t *tally) add(r overlap.Result[any, any], outcome overlap.Outcome) {
	t.outcomes[outcome]++
	t.extra += int64(max(0, r.Attempts-1))
	if t.times != nil && outcome == overlap.Succeeded {
		t.times.add(r.Finished - r.Started)
		if said, ok := r.Value.(interface{ Summary() string }); ok {
			count(&t.answers, said.Summary())
		}
	}
	if r.Finished-r.Started > t.slowest.Finished-t.slowest.Started {
		r.Value, r.Err, r.Earlier = nil, nil, nil // which may be large
		t.slowest = r
	}
}

// fail counts a failure by its reason.
func (t *tally) fail(outcome overlap.Outcome, failure error) {
	if said, ok := summaryOf(outcome, failure); ok {
		count(&t.reasons, said)
	}
}

// summaryOf is why a call failed, if its error says it without what differs from call to call.
func summaryOf(outcome overlap.Outcome, failure error) (said string, ok bool) {
	summary, ok := errors.AsType[interface {
		error
		Summary() string
	}](failure)
	if !ok || outcome != overlap.Failed {
		return "", false
	}
	return summary.Summary(), true
}

// count counts a call by what it says.
func count(calls *map[string]int64, by string) {
	if *calls == nil {
		*calls = map[string]int64{}
	}
	if (*calls)[by] == 0 && len(*calls) >= mostReasons {
		by = "another reason"
	}
	(*calls)[by]++
}

// mostReasons is how many are told apart.
const mostReasons = 20

// countsText is how many calls there were of each kind, the most frequent first.
func countsText(calls map[string]int64) string {
	kinds := slices.SortedFunc(maps.Keys(calls), func(a, b string) int {
		return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b))
	})
	for i, kind := range kinds {
		kinds[i] = figures.Grouped(calls[kind]) + " with " + kind
	}
	return strings.Join(kinds, ", ")
}

// tellLocalLimit tells that fewer calls run at once than might, which is no call's failure.
func (j *job) tellLocalLimit(err error) {
	j.scarce.Store(new(scarcity(err)))
	j.messages.sayf("fewer calls run at once than might: this machine is short of %s; "+
		"a smaller -j asks for less, %s", scarcity(err), "ulimit -a shows the limits")
}

// scarcity names what a program lacks.
func scarcity(err error) string {
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.EBADF):
		return "file descriptors"
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.ENOBUFS):
		return "memory"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "local ports"
	case errors.Is(err, syscall.EAGAIN):
		return "processes and threads"
	}
	return "something that they need (" + resultline.Reason(err).Error() + ")"
}

// mostTold is how many failures are told of; the results have them all.
const mostTold = 3

// tellFailure tells of the first failures as they happen.
func (j *job) tellFailure(r overlap.Result[any, any], outcome overlap.Outcome, failure error) {
	if outcome == overlap.Canceled || j.tally.told == mostTold && !j.tellsAll {
		return
	}
	j.tally.told++
	attempt := ""
	switch {
	case r.Attempts > 1 && r.Attempts == j.retries+1:
		attempt = fmt.Sprintf(", attempt %d of %d", r.Attempts, r.Attempts)
	case r.Attempts > 1: // another would have been no use
		attempt = fmt.Sprintf(", attempt %d", r.Attempts)
	}
	j.messages.sayf("%s[%d] %s%s: %v", j.task.Name(), r.Index, shownInput(r.Input), attempt, failure)
	if p, ok := errors.AsType[*overlap.PanicError](failure); ok && !j.tally.stackTold {
		j.tally.stackTold = true
		j.messages.sayf("%s", p.Stack)
	}
}

func shownInput(in any) string { return plain.Shorten(plain.Line(fmt.Sprintf("%+v", in)), 80) }

// finish puts the results in their place, sums up, and says how the command ends.
func (j *job) finish() error {
	if j.leaving.Load() {
		select {} // exitNow ends the command
	}
	if j.readerGone.Load() {
		// What they would say is of no interest to whoever has gone.
		_ = errors.Join(j.closeFile(), j.log.close(), j.trace.close())
		return &statusError{status: exitClosedPipe}
	}
	if err := j.results.flush(); err != nil {
		stopped := "the job was stopped after " + figures.Count(j.ended.Load(), "call")
		switch {
		case j.kept != nil:
			_ = j.closeFile() // the same error
			return fmt.Errorf("%s: %w", stopped, err)
		case errors.Is(err, syscall.EPIPE):
			return &statusError{status: exitClosedPipe}
		case j.file != nil:
			return fmt.Errorf("cannot write the results to %s, so %s: %w", j.file.Name(), stopped, withoutPath(err))
		}
		return fmt.Errorf("cannot write the results, so %s: %w", stopped, withoutPath(err))
	}
	misplaced := errors.Join(j.closeFile(), j.log.close(), j.trace.close())
	if j.leaving.Load() {
		select {} // as above: exitNow tells
	}
	if !j.show.quiet && (j.ended.Load() > 0 || j.tally.left > 0) {
		if lacks := j.scarce.Load(); lacks != nil {
			j.tally.scarce = *lacks
		}
		j.messages.sayf("%s", j.tally.text(j.wasInterrupted()))
		if hosts := j.hosts.text(); hosts != "" {
			j.messages.sayf("%s", hosts)
		}
		if j.found != nil {
			if text := autoText(j.found.Load(), j.hosts, j.autoLimit); text != "" {
				j.messages.sayf("auto: %s", text)
			}
		}
		if n := overlap.AbandonedRunning(); n > 0 {
			j.messages.sayf("%s with this command", figures.Counted(n,
				"abandoned call is still running, and ends", "abandoned calls are still running, and end"))
		}
	}
	if j.kept != nil && misplaced == nil {
		j.kept.isOther = isDifferent(j.badInput)
		j.kept.tell(j.messages, j.show.quiet)
	}
	return j.ending(misplaced)
}

// ending says how the command ends.
func (j *job) ending(misplaced error) error {
	switch {
	case misplaced != nil:
		return misplaced
	case j.badInput != nil && j.ended.Load() > 0 && !isDifferent(j.badInput):
		return badInput("%w; the inputs end there, and the results before it are kept", j.badInput)
	case j.badInput != nil:
		return cannotContinue(j.badInput)
	case j.refused != nil:
		return j.refused
	case j.wasInterrupted():
		return &statusError{status: exitInterrupted}
	case j.halted != nil && j.halted.Policy.On == overlap.OnSuccess:
		if !j.show.quiet {
			j.messages.sayf("%v", j.halted)
		}
		return nil
	case j.halted != nil:
		return j.halted
	case j.drawn.Load() == 0 && j.tally.left == 0 && (j.kept == nil || !j.kept.isOver):
		return noInputs(j.inputs)
	}
	if status := j.finishedStatus(); status != exitSucceeded {
		return &statusError{status: status}
	}
	return nil
}

// wasInterrupted reports whether a signal has kept the job from being finished. One that comes when all calls are over,
// and FILE is put in its place nevertheless, has not.
func (j *job) wasInterrupted() bool { return j.interrupted.Load() && (j.kept == nil || !j.kept.isOver) }

// finishedStatus is how the command ends when all calls have ended.
func (j *job) finishedStatus() int {
	if j.failed.Load() > 0 || j.kept != nil && j.kept.run.Progress().Failed > 0 {
		return exitFailed
	}
	return exitSucceeded
}

// putFile closes what the results go to, and puts them in their place if the job is over.
func (j *job) putFile() error {
	switch {
	case j.kept != nil:
		return j.kept.close()
	case j.file != nil:
		return j.file.Commit()
	}
	return nil
}

// text sums up in a line or two.
func (t *tally) text(interrupted bool) string {
	var total int64
	var parts []string
	for o, n := range t.outcomes {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", figures.Grouped(n), overlap.Outcome(o)))
		}
		total += n
	}
	if t.extra > 0 {
		parts = append(parts, figures.Counted(t.extra, "extra attempt", "extra attempts"))
	}
	if t.left > 0 {
		parts = append(parts, fmt.Sprintf("%s drawn and not run", figures.Count(t.left, "input")))
	}
	if t.scarce != "" {
		parts = append(parts, "fewer at once for want of "+t.scarce)
	}
	elapsed := t.end.Sub(t.start)
	var b strings.Builder
	if interrupted {
		b.WriteString("interrupted after ")
	}
	fmt.Fprintf(&b, "%s in %s, %s: %s", figures.Count(total, "call"), figures.Seconds(elapsed.Seconds()),
		rateText(float64(total)/max(elapsed.Seconds(), 1e-9)), strings.Join(parts, ", "))
	if len(t.answers) > 0 {
		b.WriteString("\nsucceeded: " + countsText(t.answers))
	}
	if len(t.reasons) > 0 {
		b.WriteString("\nfailed: " + countsText(t.reasons))
	}
	if t.times != nil && t.outcomes[overlap.Succeeded] > 1 {
		b.WriteString("\n" + t.times.text())
	}
	if total > 1 {
		fmt.Fprintf(&b, "\nthe slowest took %s: call %d, %s",
			figures.Seconds((t.slowest.Finished - t.slowest.Started).Seconds()), t.slowest.Index, shownInput(t.slowest.Input))
	}
	return b.String()
}
