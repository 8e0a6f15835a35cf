//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap/cluster"
)

// answersWithin is how long submitters have to say what they run.
const answersWithin = 500 * time.Millisecond

func (p *program) jobsCommand() *cobra.Command {
	engine := submitting()
	cmd := &cobra.Command{
		Use:   "jobs [attach|pause|resume|cancel JOB] --cluster URL",
		Short: "List the jobs of an engine, and watch, pause, resume or cancel one",
		Long: p.named(`List the jobs that run on an engine, by overlap run --on cluster, or give one of them an order. One that is paused
begins no call; one that is canceled ends as by Ctrl-C: what runs is let end, or canceled too if the order is given again, and with
-o FILE the same command goes on.

attach shows how far a job is until it ends, from any machine, and ends with the exit status of the job; Ctrl-C leaves the
job running. It is 1 if the program that runs the job is gone without a word. Results and messages are where that program is:
in FILE and, of a job of run --detach, FILE.log.`),
		Example: p.named(`  overlap jobs --cluster nats://10.0.0.1:4222
  overlap jobs attach 1f0c22ab --cluster nats://10.0.0.1:4222
  overlap jobs pause 1f0c22ab --cluster nats://10.0.0.1:4222`),
		RunE: func(cmd *cobra.Command, args []string) error {
			url, err := engine.needed(cmd.Flags().Changed, p.named("overlap engine prints it"))
			switch {
			case err != nil:
				return err
			case len(args) == 0:
				return p.listJobs(cmd.Context(), url)
			case len(args) != 2:
				return usageErrorf("give attach, pause, resume or cancel, and the job: %s lists them", cmd.CommandPath())
			case args[0] == "attach":
				return p.attachJob(cmd.Context(), url, args[1])
			}
			return p.orderJob(cmd.Context(), url, args[0], args[1])
		},
	}
	engine.add(cmd.Flags(), "of the engine at this `URL`, or with the string for jobs that it printed")
	return cmd
}

func (p *program) listJobs(ctx context.Context, url string) error {
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer x.Close()
	jobs, err := x.Jobs(ctx, answersWithin)
	if err != nil {
		return err
	}
	if len(jobs) == 0 {
		p.messages.say("no job is there")
		return nil
	}
	rows := [][]string{{"job", "task", "from", "since", "ended", "failed", "of", "state"}}
	for _, job := range jobs {
		total := "?"
		if job.Total > 0 {
			total = strconv.FormatInt(job.Total, 10)
		}
		rows = append(rows, []string{job.ID, job.Name, job.From, job.Began.Local().Format(time.DateTime),
			strconv.FormatInt(job.Ended, 10), strconv.FormatInt(job.Failed, 10), total, stateOf(job)})
	}
	return p.table(rows)
}

// stateOf says in a word what becomes of a job's calls.
func stateOf(job cluster.Job) string {
	switch {
	case job.End != nil:
		return "ended"
	case job.Ending:
		return "ends"
	case job.Paused:
		return "paused"
	case job.Waits != "":
		return "waits"
	}
	return "runs"
}

func (p *program) orderJob(ctx context.Context, url, order, job string) error {
	switch order {
	case cluster.PauseJob, cluster.ResumeJob, cluster.CancelJob:
	default:
		return usageErrorf("%q is no order for a job: give attach, pause, resume or cancel", order)
	}
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer x.Close()
	err = x.OrderJob(ctx, job, order)
	if errors.Is(err, cluster.ErrNoJob) {
		return p.noJob(ctx, x, err)
	}
	return err
}
