package cli

import "github.com/spf13/cobra"

// runFlags are what the user asked of run, by what the flags are about.
type runFlags struct {
	inputs   inputFlags
	where    whereFlags
	attempts attemptFlags
	limits   limitFlags
	results  resultFlags
	show     showFlags
	fetch    *fetchFlags // nil but for requests
}

func (f *runFlags) add(p *program, cmd *cobra.Command) {
	f.inputs.add(cmd)
	f.where.add(p, cmd)
	f.attempts.add(cmd)
	f.limits.add(cmd)
	f.results.add(cmd)
	f.show.add(cmd)
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
is used again when its worker has ended. The attempts before the last are in earlier, each with outcome and error.
A text that is not UTF-8 stands there with U+FFFD for what JSON cannot hold; its bytes follow as input_base64 or
value_base64.
With -o FILE each is in FILE.part a moment after its call, and FILE is made of them when the job is over. When that was
ended before, by Ctrl-C, --halt, a full disk, kill -9 or a power cut, FILE is as it was, and the same command goes on:
no input is left out, and FILE has exactly one line an input. A call that was cut off may be made twice, unless
--at-most-once says otherwise; canceled calls are made again, failed ones with --retry-failed. --resume takes results
over by content, also from a finished FILE; --fresh begins anew. When the task, the command or inputs differ nothing
runs, and the exit status is 2; -j, --on, timeouts, retries and rates may change.

The first Ctrl-C lets the calls that run end, and begins nothing: no input, no further attempt. The second cancels
those, the third ends the command at once, and so does SIGQUIT; the results are kept. SIGTERM and SIGHUP do the same as
Ctrl-C, and after SIGTERM the calls are canceled in 8 seconds and the command ends before 10 have passed. Signals within
200 ms are one; SIGUSR1 has the state of the job told. SIGINT and SIGHUP stay ignored where they are at the start, as under nohup.

Exit status: 0 all calls succeeded, or as many as --halt waits for, 1 some failed (of earlier runs, too), --halt ended
the job otherwise, or the results could not be written, 2 bad usage or bad inputs, 130 interrupted, 141 nobody reads the results any more.`),
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
	flags.add(p, cmd)
	if p.hasFetch() {
		cmd.AddCommand(p.fetchCommand())
	}
	if p.hasExec() {
		cmd.AddCommand(p.execCommand(p.name + " run exec"))
	}
	return cmd
}
