package cli

import (
	"cmp"
	"context"
	"errors"
	"runtime"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/tasks/command"
)

// runJob is the command: it finds out what is to be done, refuses what cannot be, and does it. The first argument is
// the task. exec is nil but for commands.
func (p *program) runJob(cmd *cobra.Command, flags runFlags, args []string, exec *execJob) error {
	collectSeldom()
	given := cmd.Flags().Changed
	if err := flags.where.cluster.find(p.handover, flags.where.on, given); err != nil {
		return err
	}
	s, err := flags.check(p, given, exec)
	if err != nil {
		return err
	}
	options, err := flags.attempts.options(given)
	if err != nil {
		return err
	}
	if err := flags.checkDetach(p); err != nil {
		return err
	}
	if url, detaches := flags.where.cluster.detaches(); detaches && p.handover == nil {
		return p.detach(cmd.Context(), url, flags.results.output)
	}
	defer p.handover.close()
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	at, args, err := p.open(ctx, flags.where, s, args)
	if err != nil {
		return err
	}
	defer at.close()
	flags.where.perWorker = at.perWorker()
	j := newJob(p, at, flags, cancel)
	defer j.drain(nil)
	options = append(options, overlap.Drain(j.draining), overlap.OnLocalLimit(j.tellLocalLimit))
	if flags.results.waits() {
		options = append(options, overlap.Ordered())
	}
	if flags.results.waits() || flags.fetch != nil {
		j.underWay = &underWay{calls: map[int]struct{}{}}
		options = append(options, overlap.Observe(j.underWay.observe))
	}
	defer onInterrupt(j.orders, j.drainCalls, j.cancelCalls, j.exitNow)()
	defer onStateWanted(j.tellState)()
	chosen, err := j.openInputs(&flags, args, s, exec)
	if err != nil {
		return err
	}
	defer j.inputs.Close()
	options = append(options, flags.limits.options(exec.callCount(j.inputs))...)
	if flags.results.isKept {
		file := flags.results.file()
		file.Job, file.Chosen, file.DryRun = j.identity(flags, exec), chosen, flags.show.dryRun
		if err := j.openKept(file); err != nil {
			return err
		}
		options = append(options, overlap.Indexes(func() int { return j.index }))
	}
	if flags.results.atMostOnce {
		options = append(options, overlap.AtMostOnce())
	}
	if flags.show.dryRun {
		return j.dryRun()
	}
	if s.isCluster() {
		if err := p.checkFiles(ctx, at.executor, &flags.inputs); err != nil {
			_ = j.closeFile() // which has no line
			return err
		}
	}
	gate, stopLooking, err := j.openOutputs(&flags, s, exec)
	if err != nil {
		return err
	}
	defer stopLooking()
	if gate != nil {
		options = append(options, gate)
	}
	if exec != nil {
		exec.runner(j, flags.results)
		defer onSuspend(command.Suspend, command.Continue)()
	}
	if flags.fetch != nil {
		options = append(options, j.spareHosts(flags, given))
	}
	if n := flags.window(s, j.inputs.Count); n > 0 {
		options = append(options, overlap.Window(n))
	}
	if j.file == nil && j.kept == nil {
		defer onReaderGone(j.stdout.to, j.endForNobody)()
	}
	if err := j.openTrace(flags.results.trace, at); err != nil {
		_ = errors.Join(j.closeFile(), j.log.close()) // which have no line
		return err
	}
	defer func() { _ = j.trace.close() }() // finish has told what that says, unless there is something worse
	if err := j.openMessages(flags.results.output); err != nil {
		_ = errors.Join(j.closeFile(), j.log.close())
		return err
	}
	if err := j.openPage(flags.show.ui, at, exec); err != nil {
		_ = errors.Join(j.closeFile(), j.log.close())
		return err
	}
	defer j.page.close()
	options = append(options, j.page.options()...)
	offered, tellEnd, err := j.offer(at.executor)
	if err != nil {
		_ = errors.Join(j.closeFile(), j.log.close())
		return err
	}
	options = append(options, offered...)
	j.run(ctx, at.executor, options)
	j.page.over(j.tally.text(j.interrupted.Load()))
	err = j.finish()
	tellEnd(err)
	return err
}

// check refuses flags that do not go together, before anything is opened, and completes the others. It returns the
// strategy that they name.
func (f *runFlags) check(p *program, given func(string) bool, exec *execJob) (strategy, error) {
	s, err := f.where.strategy(p, given)
	if err != nil {
		return s, err
	}
	if f.inputs.text && f.where.worker == "" {
		return s, usageErrorf("--text is for the tasks of --worker, which take JSON: leave it out")
	}
	if err := exec.refuses(s, f.where); err != nil {
		return s, err
	}
	if f.fetch != nil {
		f.attempts.retryShare = f.fetch.perHost.retryShare()
		f.attempts.retryIf = f.fetch.perHost.isWorthRetrying
	}
	f.where.verbose = f.show.verbose
	f.results.isKept = p.isKept(f.results.output)
	s = exec.usual(s)
	isAuto := s.name == autoStrategy || f.where.worker != "" && f.where.atOnce(s) == 0
	return s, errors.Join(f.limits.check(), f.show.check(isAuto), f.results.check())
}

// openInputs opens what the job's calls are of. chosen is what the command has chosen of it in place of the user.
func (j *job) openInputs(flags *runFlags, args []string, s strategy, exec *execJob) (chosen map[string]string, err error) {
	j.reader = readerOf(j.task)
	if j.handover != nil {
		if err := flags.inputs.refuseStdin(args, j.lists); err != nil {
			return nil, err
		}
	}
	switch {
	case exec != nil:
		j.reader, err = exec.reader()
	case flags.fetch != nil:
		j.reader, err = flags.fetch.reader(j.reader)
	}
	if err != nil {
		return nil, err
	}
	if s.isCluster() {
		j.reader = ofCopies(j.reader)
	}
	chosen, atOnce := flags.choose(cmp.Or(flags.where.atOnce(s), exec.chunkedFor()))
	j.inputs, err = j.program.inputs(j.draining, j.reader, args, &flags.inputs, atOnce)
	return chosen, err
}

// openOutputs opens the results, unless they are kept, and the log, and begins to look at what the machine has left: gate
// is the option that holds calls back where it is too little, or nil, and stopLooking ends the looking.
func (j *job) openOutputs(flags *runFlags, s strategy, exec *execJob) (gate *overlap.Gate, stopLooking func(), err error) {
	if j.kept == nil {
		if err := j.openResults(flags.results.output); err != nil {
			return nil, nil, err
		}
	}
	if err = flags.readyFolders(s, exec); err == nil {
		err = j.openJobLog(flags.results.jobLog)
	}
	if err == nil {
		gate, stopLooking, err = flags.limits.gate(j.messages.say)
	}
	if err != nil {
		_ = j.closeFile() // which has no line
	}
	return gate, stopLooking, err
}

// mostHeld is how many bytes of inputs are drawn ahead of the results, unless more calls than that has room for are to run at once.
const mostHeld = 512 << 20

// window is how many of count inputs, or of an unknown number if that is 0, may be drawn ahead of the results; 0 leaves it to
// the executor. It is as many as calls may run at once, so that after Ctrl-C nothing has to be done but what runs. It must be
// more where results wait for their turn, or calls for another attempt: the workers would wait with them. Where calls wait
// for their hosts, so small a window would keep others from being found. Short calls travel to
// worker processes many at once, for which the executor's window has room. Where inputs are chunks in memory, it is as many as there
// is room for.
func (f *runFlags) window(s strategy, count int64) int {
	n := times(f.where.atOnce(s), 1)
	switch {
	case s.name == "sync" || s.elastic || f.fetch != nil && !s.windowed:
		n = 0
	case s.windowed || n == 0:
	case f.results.waits() || f.attempts.retries > 0:
		n = max(64, times(n, 4*max(1, f.where.perWorker)))
	case s.processes || f.where.worker != "":
		n = 0
	}
	if held := f.inputs.held(); held > 0 && s.name != "sync" && !f.results.atMostOnce { // where no input is drawn ahead
		room := max(int(mostHeld/held), f.where.jobs.calls, 2*runtime.GOMAXPROCS(0))
		n = min(cmp.Or(n, room), room)
	}
	if count > 0 {
		n = int(min(int64(n), count)) // more would be room for nothing
	}
	return n
}
