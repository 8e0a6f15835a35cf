//go:build !nocluster

package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/overlap/cluster"
	"example.com/overlap/internal/figures"
)

// engineAddress is where an engine listens unless it is told otherwise.
const engineAddress = "127.0.0.1:7422"

// engineFlags are what the user asked of an engine.
type engineFlags struct {
	listen, advertise, keys, metrics string
	queued                           byteSize
	connections                      int
}

// check says what is wrong with the flags. given reports whether the user gave one.
func (f engineFlags) check(given func(flag string) bool) error {
	if given("max-queued") && f.queued < cluster.LeastQueued {
		return usageErrorf("--max-queued must be at least %s, got %s", figures.WrittenSize(cluster.LeastQueued), f.queued.String())
	}
	if given("max-connections") && f.connections < cluster.LeastConnections {
		return usageErrorf("--max-connections must be at least %d, for a job and a worker, got %d", cluster.LeastConnections, f.connections)
	}
	return nil
}

func (p *program) engineCommand() *cobra.Command {
	var flags engineFlags
	cmd := &cobra.Command{
		Use:   "engine",
		Short: "Run an engine by itself, for jobs and workers on other machines",
		Long: p.named(`Run the engine of run --on cluster by itself, until Ctrl-C or SIGTERM. Then it ends within some seconds: it takes no
more calls, has answers that are under way come through, and lets those who are connected go one after another.

It prints two lines: the one by which workers join, and the one by which jobs use it. Its keys are in a file, which is
made if there is none: an engine that is started again with the same file and address has the same two lines, and
whoever is there comes back to it. It keeps no calls on disk: jobs submit anew what it has lost.`),
		Example: p.named(`  overlap engine --listen :7422
  overlap engine --listen 10.0.0.1:7422 --keys engine-keys.json`),
		Args: p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(cmd.Flags().Changed); err != nil {
				return err
			}
			return p.runEngine(cmd.Context(), flags)
		},
	}
	set := cmd.Flags()
	set.StringVar(&flags.listen, "listen", engineAddress,
		"listen at this `address`, such as :7422 for all of this machine's")
	set.StringVar(&flags.keys, "keys", "", "keep the keys in this `file` (default in the user's folder for configurations)")
	set.StringVar(&flags.advertise, "advertise", "",
		"have the lines name this `address`, such as engine:7422, where others do not reach the one of --listen")
	set.Var(&flags.queued, "max-queued", "keep at most this much of calls that no worker has taken, such as 1GiB, in up to twice as much "+
		"memory; jobs wait for room then (default 256MiB)")
	set.IntVar(&flags.connections, "max-connections", 0, "let in at most `N` jobs and workers at the same time (default as many as "+
		"there are descriptors for)")
	set.StringVar(&flags.metrics, "metrics", "", metricsHelp)
	cmd.AddCommand(p.engineKeysCommand())
	return cmd
}

func (p *program) runEngine(ctx context.Context, f engineFlags) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	options, unseen, err := p.serveMetrics(f.metrics)
	if err != nil {
		return err
	}
	defer unseen()
	options = append(options, cluster.Listen(f.listen), cluster.Keys(cmp.Or(f.keys, keysFile())))
	if f.advertise != "" {
		options = append(options, cluster.Advertise(f.advertise))
	}
	if f.queued > 0 {
		options = append(options, cluster.MaxQueued(int64(f.queued)))
	}
	if f.connections > 0 {
		options = append(options, cluster.MaxConnections(f.connections))
	}
	e, err := cluster.Start(options...)
	if err != nil {
		return usageErrorf("%w", err)
	}
	_, _ = fmt.Fprintf(p.stdout, "%s worker --join '%s'\n%s run TASK --on cluster --cluster '%s'\n",
		p.name, e.Join(), p.name, e.Submit()) // which remembers the error
	select {
	case <-signals:
	case <-ctx.Done():
		return e.Close()
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		p.messages.say("taking no more calls, and letting go those who are connected (Ctrl-C ends it at once)")
		e.Drain()
	}()
	select {
	case <-drained:
	case <-signals:
	}
	return e.Close()
}
