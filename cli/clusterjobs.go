//go:build !nocluster

package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/cluster"
)

// answersWithin is how long submitters have to say what they run.
const answersWithin = 500 * time.Millisecond

func (p *program) jobsCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "jobs [pause|resume|cancel JOB] --cluster URL",
		Short: "List the jobs of an engine, and pause, resume or cancel one",
		Long: p.named(`List the jobs that run on an engine, by overlap run --on cluster, or give one of them an order. One that is paused
begins no call; one that is canceled ends as by Ctrl-C: what runs is let end, and with -o FILE the same command goes on.`),
		Example: p.named("  overlap jobs --cluster nats://10.0.0.1:4222\n  overlap jobs pause 1f0c22ab --cluster nats://10.0.0.1:4222"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case url == "":
				return usageErrorf("--cluster is missing: give the URL of the engine, or the string for jobs that it printed")
			case len(args) == 0:
				return p.listJobs(cmd.Context(), url)
			case len(args) != 2:
				return usageErrorf("give pause, resume or cancel, and the job: %s lists them", cmd.CommandPath())
			}
			return p.orderJob(cmd.Context(), url, args[0], args[1])
		},
	}
	cmd.Flags().StringVar(&url, "cluster", "", "of the engine at this `URL`, or with the string for jobs that it printed")
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
		total, state := "?", "runs"
		if job.Total > 0 {
			total = strconv.FormatInt(job.Total, 10)
		}
		if job.Paused {
			state = "paused"
		}
		rows = append(rows, []string{job.ID, job.Name, job.From, job.Began.Local().Format(time.DateTime),
			strconv.FormatInt(job.Ended, 10), strconv.FormatInt(job.Failed, 10), total, state})
	}
	return p.table(rows)
}

func (p *program) orderJob(ctx context.Context, url, order, job string) error {
	switch order {
	case cluster.PauseJob, cluster.ResumeJob, cluster.CancelJob:
	default:
		return usageErrorf("%q is no order for a job: give pause, resume or cancel", order)
	}
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer x.Close()
	return x.OrderJob(ctx, job, order)
}

// offer lets others see the job on its engine and give it orders until stop is called, and returns the option by which it
// can be paused. On anything but an engine it does nothing.
func (j *job) offer(executor overlap.Executor) (options []overlap.Option, stop func(), err error) {
	on, ok := executor.(interface {
		Offer(state func() cluster.Job, obey func(order string) error) (stop func(), err error)
	})
	if !ok {
		return nil, func() {}, nil
	}
	gate, began := overlap.NewGate(), time.Now()
	stop, err = on.Offer(func() cluster.Job {
		now := j.state()
		return cluster.Job{Name: j.task.Name(), Began: began, Ended: now.before + now.ended, Failed: now.failed, Total: now.total,
			Paused: gate.Closed()}
	}, func(order string) error {
		switch order {
		case cluster.PauseJob:
			gate.Close()
			j.messages.sayf("paused by %s jobs", j.name)
		case cluster.ResumeJob:
			gate.Open()
			j.messages.sayf("resumed by %s jobs", j.name)
		case cluster.CancelJob:
			j.messages.sayf("canceled by %s jobs", j.name)
			gate.Open() // what waits for it ends as well
			go j.drainCalls(os.Signal(syscall.SIGINT))
		default:
			return fmt.Errorf("%q is no order that this version knows", order)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return []overlap.Option{gate}, stop, nil
}
