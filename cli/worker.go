//go:build !nocluster

package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/cluster"
	"example.com/overlap/process"
)

// workerFlags are what the user asked of a worker.
type workerFlags struct {
	engine          engineString
	join            string
	worker, metrics string
	jobs            atOnce
	memoryLimit     byteSize
}

// clusterCommands are the sub-commands that an engine is for.
func (p *program) clusterCommands() []*cobra.Command {
	return []*cobra.Command{p.workerCommand(), p.workersCommand(), p.jobsCommand(), p.engineCommand()}
}

func (p *program) workerCommand() *cobra.Command {
	flags := workerFlags{engine: joining()}
	cmd := &cobra.Command{
		Use:   "worker --join 'ovl://…'",
		Short: "Make calls for a job on another machine (run --on cluster)",
		Long: p.named(`Join an engine, and make the calls of its jobs in processes of this machine until this program is ended.

The line to start it by is what overlap run --on cluster --listen prints; an engine that was there before, of
run --cluster, is joined by the same URL. Whoever has the join string can take calls and answer them: with --join-file,
or in the variable ` + joinVariable + `, other users of this machine do not see it.

It makes the calls of this program's tasks, or with --worker those of a command's. A task of the job must have the same
name and version here, and take and give the same types; otherwise it gets no calls of it, and both sides say so.

Commands and files are those of this machine. Once it has joined, a worker waits for an engine that goes away to come back.

Without -j it finds out how many calls to make at once: one a core of those that compute, and more of those that wait,
for as long as the cores and the memory have room and more of them end in a second.

SIGTERM or Ctrl-C has it take no more calls, give back what has not begun, and end when the calls that run have ended; a
second one ends it at once, and their calls are made again elsewhere.`),
		Example: p.named(`  overlap worker --join 'ovl://SUAB…@10.0.0.1:7422/9f86…'
  overlap worker --join-file job.join -j 8
  overlap worker --join nats://10.0.0.1:4222 --worker 'python3 my_task.py'`),
		Args: p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := cmd.Flags().Changed
			if given("worker") && strings.TrimSpace(flags.worker) == "" {
				return usageErrorf("%s", noWorker)
			}
			var err error
			if flags.join, err = flags.engine.needed(given, "run --on cluster --listen prints it"); err != nil {
				return err
			}
			_ = os.Unsetenv(clusterVariable) // calls must not see it
			return p.work(cmd.Context(), flags)
		},
	}
	set := cmd.Flags()
	flags.engine.add(set, "join the engine of this `string`, or URL")
	set.StringVar(&flags.worker, "worker", "", "make the calls of this `command`'s tasks, which speaks the line protocol")
	set.VarP(&flags.jobs, "jobs", "j", "make at most this `number` of calls at once: N, N% of the cores, +N or -N for more or fewer "+
		"than cores (default: it finds out how many are good)")
	set.Var(&flags.memoryLimit, "memory-limit",
		"end a process that wants more memory than this `size`, such as 512MB or 1GiB; its call fails")
	set.StringVar(&flags.metrics, "metrics", "", metricsHelp)
	return cmd
}

// work is the command.
func (p *program) work(ctx context.Context, f workerFlags) error {
	ctx, unheed := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer unheed()
	if err := checkSlots(f.jobs); err != nil {
		return err
	}
	pool, tasks, err := p.openWorker(ctx, f, f.jobs.calls)
	if err != nil {
		return err
	}
	defer pool.Close()
	defer context.AfterFunc(ctx, func() {
		unheed() // so that a second one ends the program
		p.messages.say("taking no more calls; those that run come to their end (Ctrl-C ends them at once)")
	})()
	options, unseen, err := p.serveMetrics(f.metrics)
	if err != nil {
		return err
	}
	defer unseen()
	err = cluster.Work(ctx, f.join, pool, f.jobs.calls,
		append(options, cluster.Notices(p.messages.say), cluster.Tasks(tasks...))...)
	if err != nil {
		return usageErrorf("%w", err)
	}
	return nil
}

// openWorker starts the processes, and says which tasks they have.
func (p *program) openWorker(ctx context.Context, f workerFlags, slots int) (*process.Pool, []overlap.AnyTask, error) {
	slots, options := clusterProcesses(slots, p.workerOptions(whereFlags{memoryLimit: f.memoryLimit}))
	if f.worker == "" {
		pool := process.New(slots, options...)
		if err := pool.Ready(ctx); err != nil {
			_ = pool.Close()
			return nil, nil, err
		}
		return pool, p.tasks, nil
	}
	pool, names, err := startForeign(ctx, f.worker, slots, options)
	if err != nil {
		return nil, nil, err
	}
	var tasks []overlap.AnyTask
	for _, name := range names {
		task, err := remoteTask(ctx, pool, f.worker, name)
		if err != nil {
			_ = pool.Close()
			return nil, nil, err
		}
		tasks = append(tasks, task)
	}
	return pool, tasks, nil
}
