package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/tasks/command"
)

// runFlags are what the user asked of run, by what the flags are about.
type runFlags struct {
	inputs   inputFlags
	where    whereFlags
	attempts attemptFlags
	limits   limitFlags
	results  resultFlags
	show     showFlags
}

func (p *program) runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run TASK [INPUT…]",
		Short: "Run a job for real: one task over any number of inputs",
		Long: p.named(`Call the task once for each input, and write a line of JSON for each call as it ends.

Inputs are the arguments, the lines of --from FILE, the files that match --glob, or else the lines of standard input. A
task that takes whole numbers also takes a range of them, 1000..15999, as an argument. Other inputs are read as the
task's own type reads text, as strings, numbers or booleans, or else as JSON. Blank lines are skipped. Arguments, and
regular files of up to 64 MiB, are checked as a whole before anything runs. A bad line of a larger file or of a pipe
ends the inputs: the calls before it are done, and the exit status is 2.

Behind the arguments, ::: A B gives inputs and :::: FILE those in a file. Several such lists are combined, each input of
one with each of the next; :::+ and ::::+ link a list to the one before it, input by input. A combination, a line that
--colsep divides and a row of --csv are several texts, for tasks that take them: a list, or with --header a struct,
whose fields are found by the columns' names.

--chunk divides large files, and --pipe standard input, for tasks that take chunks. They are cut at line ends, or where
--record-end and --record-start say; a record that is larger than a chunk stays whole.

Each line of the results has index, input, value or error, outcome, attempts, seconds (of the last attempt) and worker:
the number, from 0, of the worker that made the call. Calls that run at the same time have different ones, and a number
is used again when its worker has ended.
A text that is not UTF-8 stands there with U+FFFD for what JSON cannot hold; its bytes follow as input_base64 or
value_base64.
With -o they go to a file that is put in its place when the job is over, so it is never half a file. After Ctrl-C it has
the calls that ended until then; when the results cannot be written, the file that was there before stays.

The first Ctrl-C lets the calls that run end, and begins nothing: no input, no further attempt. The second cancels
those, the third ends the command at once, and so does SIGQUIT; the results are kept. SIGTERM and SIGHUP do the same as
Ctrl-C, and after SIGTERM the calls are canceled in 8 seconds and the command ends before 10 have passed. Signals within
200 ms are one; SIGUSR1 has the state of the job told. SIGINT and SIGHUP stay ignored where they are at the start, as under nohup.

Exit status: 0 all calls succeeded, or as many as --halt waits for, 1 some failed, --halt ended the job otherwise, or
the results could not be written, 2 bad usage or bad inputs, 130 interrupted, 141 nobody reads the results any more.`),
		Example: p.examples(`  overlap run primes 1000..15999 -o primes.jsonl
  overlap run fetch http://127.0.0.1:8080/json http://127.0.0.1:8080/html
  overlap run fetch --from urls.txt --on async -j 64 --timeout 10s --retries 3 -o pages.jsonl
  zcat urls.gz | overlap run fetch -k | head -1
  overlap run fetch --shuf --comments --from urls.txt --from more.txt
  overlap run --worker 'python3 my_task.py' --from inputs.jsonl
  overlap run --worker 'python3 "my task.py"' --from inputs.jsonl`),
		Args: func(cmd *cobra.Command, args []string) error {
			if flags.where.worker != "" { // whose tasks are not known yet
				return nil
			}
			return p.needsTask("run")(cmd, args)
		},
		ValidArgsFunction: p.completeTask,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runJob(cmd, flags, args, nil)
		},
	}
	flags.inputs.add(cmd)
	flags.where.add(p, cmd)
	flags.attempts.add(cmd)
	flags.limits.add(cmd)
	flags.results.add(cmd)
	flags.show.add(cmd)
	if p.hasExec() {
		cmd.AddCommand(p.execCommand(p.name + " run exec"))
	}
	return cmd
}

// runJob is the command: it finds out what is to be done, refuses what cannot be, and does it. The first argument is
// the task. exec is nil but for commands.
func (p *program) runJob(cmd *cobra.Command, flags runFlags, args []string, exec *execJob) error {
	given := cmd.Flags().Changed
	s, err := flags.where.strategy(p, given)
	if err != nil {
		return err
	}
	if flags.inputs.text && flags.where.worker == "" {
		return usageErrorf("--text is for the tasks of --worker, which take JSON: leave it out")
	}
	if err := exec.refuses(s, flags.where); err != nil {
		return err
	}
	s = exec.usual(s)
	options, err := flags.attempts.options(given)
	if err != nil {
		return err
	}
	if err := errors.Join(flags.limits.check(), flags.show.check()); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	at, args, err := p.open(ctx, flags.where, s, args)
	if err != nil {
		return err
	}
	defer closeExecutor(at.executor)
	j := newJob(p, at, flags, cancel)
	defer j.drain(nil)
	options = append(options, overlap.Drain(j.draining), overlap.OnLocalLimit(j.tellLocalLimit))
	if flags.results.keepOrder {
		j.underWay = &underWay{calls: map[int]struct{}{}}
		options = append(options, overlap.Ordered(), overlap.Observe(j.underWay.observe))
	}
	defer onInterrupt(j.drainCalls, j.cancelCalls, j.exitNow)()
	defer onStateWanted(j.tellState)()
	j.reader = readerOf(at.task)
	if exec != nil {
		if j.reader, err = exec.reader(); err != nil {
			return err
		}
	}
	atOnce := cmp.Or(flags.where.atOnce(s), overlap.DefaultWorkers())
	if j.inputs, err = p.inputs(j.draining, j.reader, args, &flags.inputs, atOnce); err != nil {
		return err
	}
	defer j.inputs.Close()
	options = append(options, flags.limits.options(exec.callCount(j.inputs))...)
	if flags.show.dryRun {
		return j.dryRun()
	}
	if err := j.openResults(flags.results.output); err != nil {
		return err
	}
	if err := j.openJobLog(flags.results.jobLog); err != nil {
		_ = j.closeFile() // which has no line
		return err
	}
	gate, stopLooking, err := flags.limits.gate(j.messages.say)
	if err != nil {
		_ = j.closeFile() // which has no line
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
	if n := flags.window(s); n > 0 {
		if j.inputs.Count > 0 {
			n = int(min(int64(n), j.inputs.Count)) // more would be room for nothing
		}
		options = append(options, overlap.Window(n))
	}
	if j.file == nil {
		defer onReaderGone(j.stdout.to, j.endForNobody)()
	}
	j.run(ctx, at.executor, options)
	return j.finish()
}

// window is how many inputs may be drawn ahead of the results; 0 leaves it to the executor. It is as many as calls may
// run at once, so that after Ctrl-C nothing has to be done but what runs. It must be more where results wait for their
// turn, or calls for another attempt: the workers would wait with them.
func (f runFlags) window(s strategy) int {
	atOnce := times(f.where.atOnce(s), 1)
	switch {
	case s.name == "sync":
		return 0
	case s.windowed || atOnce == 0:
		return atOnce
	case f.results.keepOrder || f.attempts.retries > 0:
		return max(64, times(atOnce, 4))
	}
	return atOnce
}
