//go:build !nocluster

package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/cluster"
	"example.com/overlap/process"
)

const clusterStrategy = "cluster"

// clusterStrategies are the strategies of an engine. A program built with the tag nocluster has none.
func clusterStrategies() []strategy {
	return []strategy{{
		name: clusterStrategy, python: "Dask, Ray, Celery",
		traits: traits{says: &cluster.Executor{}, processes: true, elastic: true},
		make: func(atOnce int, options ...process.Option) overlap.Executor {
			pool := process.New(processCount(atOnce), options...)
			x, err := cluster.Embedded()
			if err != nil {
				_ = pool.Close()
				return brokenCluster{err}
			}
			at := workplace(x, x.Join(), pool, processCount(atOnce), func(string) {})
			return measuredPlace{at, pool}
		},
	}}
}

// brokenCluster is an executor that could not be made.
type brokenCluster struct{ err error }

func (r brokenCluster) Start(*overlap.Job) error { return r.err }
func (brokenCluster) String() string             { return clusterStrategy }

// clusterFlags are about the engine of --on cluster.
type clusterFlags struct {
	listen, metrics string
	engine          engineString
	url             string // what was given of the engine: its URL, or its string; "" for one of its own
	detach          bool
}

func (f *clusterFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.listen, "listen", "", "have the engine of --on cluster listen at this `address`, such as :7422, "+
		"for workers on other machines, and print the line that starts one there")
	f.engine = submitting()
	f.engine.add(set, "use the engine that is at this `URL`, such as nats://10.0.0.1:4222, for "+
		"--on cluster; with -j, also make so many of its calls here")
	set.BoolVar(&f.detach, "detach", false, "with --cluster or --cluster-file, and -o FILE, check everything, print the job's ID, and leave the job to a "+
		"process of its own, which goes on without this terminal; its messages go to FILE.log")
	set.StringVar(&f.metrics, "metrics", "", "with --on cluster, "+metricsHelp)
}

// find finds out which engine is meant. The variable may be there for other commands: it is for those that say --on cluster, and
// not that they start an engine. Where this process takes over a job, it is the one that has been found before: the file with its
// string may have been another process's, such as standard input.
func (f *clusterFlags) find(h *handover, on string, given func(flag string) bool) (err error) {
	if h != nil {
		f.url = h.url
		return nil
	}
	f.url, err = f.engine.find(given)
	if (on != clusterStrategy || f.listen != "") && !given("cluster") && !given("cluster-file") {
		f.url = ""
	}
	return err
}

// check says what is wrong with the flags.
func (f clusterFlags) check(s strategy) error {
	switch {
	case s.name != clusterStrategy && f.listen != "":
		return usageErrorf("--listen is for the engine of --on cluster: add that, or leave it out")
	case s.name != clusterStrategy && f.url != "":
		return usageErrorf("--cluster and --cluster-file name the engine of --on cluster: add that, or leave them out")
	case s.name != clusterStrategy && f.metrics != "":
		return usageErrorf("--metrics has the figures of --on cluster: add that, or leave it out")
	case f.detach && (s.name != clusterStrategy || f.url == ""):
		return usageErrorf("--detach is for jobs on an engine that is there without them: add --on cluster --cluster URL, or leave it out")
	case f.listen != "" && f.url != "":
		return usageErrorf("--listen starts an engine and --cluster or --cluster-file uses one that is there: give one of the two")
	}
	return nil
}

// detaches reports whether the job is to go on without this command, and on which engine.
func (f clusterFlags) detaches() (url string, is bool) { return f.url, f.detach }

// isCluster reports whether the strategy is one of an engine.
func (s strategy) isCluster() bool { return s.name == clusterStrategy }

// openCluster opens the engine, and starts a worker for it on this machine. foreign is that of a --worker, or nil.
func (p *program) openCluster(
	ctx context.Context, f whereFlags, task overlap.AnyTask, foreign *process.Pool, options []process.Option,
) (executor overlap.Executor, err error) {
	measured, unseen, err := p.serveMetrics(f.cluster.metrics)
	if err != nil {
		return nil, err
	}
	all := append(measured, cluster.Notices(p.messages.say))
	var x *cluster.Executor
	switch {
	case f.cluster.url != "":
		x, err = cluster.Connect(ctx, f.cluster.url, all...)
	case f.cluster.listen != "":
		x, err = cluster.Embedded(append(all, cluster.Listen(f.cluster.listen), cluster.Keys(keysFile()))...)
	default:
		x, err = cluster.Embedded(all...)
	}
	if err != nil {
		unseen()
		return nil, usageErrorf("--on cluster: %w", err)
	}
	if f.cluster.listen != "" {
		p.messages.sayf("a worker on another machine joins by: %s worker --join '%s'", p.name, x.Join())
	}
	if f.cluster.url != "" && f.jobs.calls == 0 { // the workers that are there make its calls
		return workingPlace{x, func() {
			if foreign != nil {
				_ = foreign.Close()
			}
			unseen()
		}}, nil
	}
	if foreign == nil {
		n, options := clusterProcesses(f.jobs.calls, options)
		foreign = process.New(n, options...)
	}
	join := cmp.Or(f.cluster.url, x.Join())
	at := workplace(x, join, foreign, f.jobs.calls, p.messages.say, append(measured, cluster.Tasks(task))...)
	return workingPlace{x, func() { at.stop(); unseen() }}, nil
}

// keysFile is where the keys of engines are that listen for other machines: a job that goes on has the same ones.
func keysFile() string {
	folder, err := os.UserConfigDir()
	if err != nil {
		folder = os.TempDir()
	}
	return filepath.Join(folder, "overlap", "engine-keys.json")
}

// workingPlace is an engine with what ends before it: a worker in this process, for instance.
type workingPlace struct {
	*cluster.Executor
	stop func()
}

// measuredPlace is an engine with the processes of its worker, whose CPU time counts into that of its calls.
type measuredPlace struct {
	workingPlace
	pool *process.Pool
}

// PIDs are the numbers of these processes.
func (m measuredPlace) PIDs() []int { return m.pool.PIDs() }

// Ready waits until the processes are there, and the worker.
func (m measuredPlace) Ready(ctx context.Context) error {
	return errors.Join(m.pool.Ready(ctx), m.workingPlace.Ready(ctx))
}

func workplace(
	x *cluster.Executor, join string, pool *process.Pool, slots int, say func(string), options ...cluster.Option,
) workingPlace {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := cluster.Work(ctx, join, pool, slots, options...); err != nil && ctx.Err() == nil {
			say("the worker on this machine: " + err.Error())
		}
	}()
	return workingPlace{x, func() {
		cancel()
		<-over
		_ = pool.Close()
	}}
}

// Close ends that, and then the engine.
func (w workingPlace) Close() error {
	w.stop()
	return w.Executor.Close()
}
