//go:build !nocluster

package cli

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap/cluster"
)

// heardWithin is how long workers are listened to, which say once a second that they are there.
const heardWithin = 1500 * time.Millisecond

func (p *program) workersCommand() *cobra.Command {
	engine := submitting()
	cmd := &cobra.Command{
		Use:   "workers --cluster URL",
		Short: "List the workers of an engine",
		Long: `List the workers of an engine: how many calls each makes at once, how many have ended there a second in the last ten, of which
tasks it runs some now, and which it has.`,
		Example: p.named("  overlap workers --cluster nats://10.0.0.1:4222"),
		Args:    p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := engine.needed(cmd.Flags().Changed, p.named("overlap engine prints it"))
			if err != nil {
				return err
			}
			return p.listWorkers(cmd.Context(), url)
		},
	}
	engine.add(cmd.Flags(), "of the engine at this `URL`, or with the string for jobs that it printed")
	return cmd
}

func (p *program) listWorkers(ctx context.Context, url string) error {
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer x.Close()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(heardWithin):
	}
	rows := [][]string{{"worker", "calls at once", "a second", "runs", "tasks"}}
	for _, w := range x.Workers() {
		runs := cmp.Or(strings.Join(w.Runs, " "), "nothing")
		rows = append(rows, []string{w.Name, strconv.Itoa(w.Slots), strconv.FormatFloat(w.PerSecond, 'f', 1, 64), runs,
			strings.Join(w.Tasks, " ")})
	}
	if len(rows) == 1 {
		p.messages.say("no worker is there")
		return nil
	}
	return p.table(rows)
}
