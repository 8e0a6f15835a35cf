package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/source"
	"example.com/overlap/tasks/command"
)

// hasExec reports whether the program has the task that runs commands.
func (p *program) hasExec() bool { return slices.Contains(p.tasks, overlap.AnyTask(command.Task)) }

// execJob is what run is to do with commands.
type execJob struct {
	execFlags
	given func(flag string) bool
	words []string // of the command
}

// execCommand is the sub-command that runs commands: of run and, for short, of the program itself.
func (p *program) execCommand(path string) *cobra.Command {
	var flags runFlags
	var exec execFlags
	cmd := &cobra.Command{
		Use:   "exec COMMAND [ARG…] [::: INPUT…]",
		Short: "Run a command for each input, as xargs and GNU parallel do",
		Long: p.named(`Run a command for each input. What it prints is printed when it ends, as a whole and never mixed
with what another prints: standard output here, standard error there.

Inputs come after :::, as overlap run --help says, from --from and --glob, or else from the lines of standard input;
chunks of --chunk and --pipe are the standard input of a command. These stand for an input in the command, in any word
and as often as wanted:

  {}    the input                      {#}   the number of the call, from 1
  {.}   without its last extension     {%}   the number of the place among those that run at once, from 1
  {/}   without its folder             {1}   its first column, or the first input where -n gives several; also
  {//}  its folder                           {2.}, {3/} and so on, {-1} for the last
  {/.}  without folder and extension   {name}  the column of that name, where columns have names

Without any, the input is appended. All flags stand before COMMAND; everything after it is the command's own.

No shell reads the command: each word is an argument, whatever is in it, and so is each input. --shell has sh read it,
for pipes and redirections; an input is no code then, either, wherever its place is, in quotes, too. What the command
itself hands to another interpreter (sh -c, awk, ssh, eval, source) is read there.

Each command leads a process group and has no terminal. When its call times out or is canceled the group gets SIGTERM,
and SIGKILL soon after; it ends when this program dies, too. What leaves the group (setsid) is not found. What a
command leaves in the background runs on, and what that prints is dropped.

With -o FILE, where results are safe and the same command goes on (overlap run --help), or with --json, there is a line
of JSON for each call instead. Its value has exit_code, stdout, stderr (or
stdout_base64, where they are not UTF-8), user_seconds, system_seconds, peak_bytes (where Linux tells: if it is more
than this program's own), start and seconds; that of a command that failed has value and error.

Exit status: as run has it, but no inputs are no failure unless -o is to have their results.`),
		Example: p.named(`  ls *.png | ` + path + ` convert {} {.}.webp
  ` + path + ` -k --tag gzip -kv ::: *.log
  ` + path + ` --from hosts.txt -j 20 --timeout 10s ping -c 1 {}
  ` + path + ` --shell 'zcat {} | wc -l >{.}.count' ::: *.gz
  find . -name '*.o' | ` + path + ` -X rm
  ` + path + ` --json --from urls.txt curl -sS {} | jq .value.exit_code`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageErrorf("%s needs a command to run: %s --help has examples", path, p.name+" exec")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			given := cmd.Flags().Changed
			if err := errors.Join(exec.check(given, flags.results), exec.checkInputs(&flags.inputs)); err != nil {
				return err
			}
			if exec.tmpdir != "" {
				_ = os.Setenv("TMPDIR", exec.tmpdir) // for what --shuf keeps and for worker processes, too
			}
			job := &execJob{execFlags: exec, given: given, words: args}
			err := p.runJob(cmd, flags, []string{command.Task.Name()}, job)
			if errors.Is(err, errNoInputs) && flags.results.output == "" { // a find that finds nothing is no mistake
				p.messages.sayf("there were no inputs, so no command was run")
				return nil
			}
			return err
		},
	}
	cmd.Flags().SetInterspersed(false)
	flags.add(p, cmd)
	exec.add(cmd)
	cmd.Flags().Lookup("jobs").Usage = jobsHelp + " (default: auto finds it out, from one a core on; one a core under another strategy)"
	_ = cmd.Flags().MarkHidden("worker")
	return cmd
}

// usual is how many commands run at once where -j says nothing: one a core, but under auto, which finds it out.
func (e *execJob) usual(s strategy) strategy {
	if e != nil && s.name != "sync" && s.name != autoStrategy {
		s.usual = runtime.GOMAXPROCS(0)
	}
	return s
}

// chunkedFor is how many workers chunks are made for where nobody says how many calls run at once.
func (e *execJob) chunkedFor() int {
	if e != nil {
		return runtime.GOMAXPROCS(0)
	}
	return overlap.DefaultWorkers()
}

// callCount is how many calls are made of the inputs; negative where that is not known.
func (e *execJob) callCount(inputs *source.Source) int64 {
	if e != nil && e.most(e.given) != 1 {
		return source.Unknown
	}
	return inputs.Count
}

// isJSON reports whether the results are lines of JSON rather than what the commands print.
func (e *execJob) isJSON(f resultFlags) bool { return e == nil || e.json || f.output != "" }

// runner has commands run as the flags say, in this process and in worker processes.
func (e *execJob) runner(j *job, output resultFlags) {
	options := command.Options{TempDir: e.tmpdir, Files: !e.isJSON(output) || output.isKept}
	printer := &command.Printer{
		Stdout: j.stdout, Stderr: j.messages, Tag: e.tag, KeepOrder: output.keepOrder && e.lineBuffer, TempDir: e.tmpdir,
	}
	switch {
	case e.ungroup:
		options.Stdout, options.Stderr = os.Stdout, os.Stderr
	case e.lineBuffer:
		options.Live = printer.Live
	}
	command.Default = command.New(options)
	if !e.isJSON(output) {
		j.results, j.tellsAll, j.watched = &commandOutput{printer: printer}, true, j.watched || e.ungroup
	}
}

// refuses says why the commands cannot run under a strategy.
func (e *execJob) refuses(s strategy, where whereFlags) error {
	switch {
	case e == nil:
		return nil
	case where.worker != "":
		return usageErrorf("--worker is for tasks, and exec runs its commands itself: leave it out")
	case s.processes && (e.ungroup || e.lineBuffer):
		return usageErrorf("--ungroup and --line-buffer print while commands run, and under --on %s they run elsewhere: "+
			"leave out one of the two", s.name)
	case s.processes && slices.ContainsFunc(e.words, func(w string) bool { return strings.Contains(w, "{%}") }):
		return usageErrorf("{%%} numbers the commands that this process runs at once, and under --on %s others run them: "+
			"leave --on out", s.name)
	case e.workdir != "" && !s.elastic && !isFolder(e.workdir+"/."): // with /. only one that commands can change to
		return usageErrorf("--workdir %s is no directory that commands can run in: give one that is there", e.workdir)
	}
	return nil
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
