//go:build nocluster

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/process"
	"example.com/overlap/report/live"
)

func clusterStrategies() []strategy { return nil }

type clusterFlags struct{}

func (*clusterFlags) add(*cobra.Command) {}

func (*clusterFlags) find(*handover, string, func(flag string) bool) error { return nil }

func (clusterFlags) check(strategy) error { return nil }

func (clusterFlags) detaches() (url string, is bool) { return "", false }

func (strategy) isCluster() bool { return false }

func (p *program) openCluster(
	context.Context, whereFlags, overlap.AnyTask, *process.Pool, []process.Option,
) (overlap.Executor, error) {
	panic("unreachable: this program was built without clusters")
}

func (p *program) checkFiles(context.Context, overlap.Executor, *inputFlags) error { return nil }

func (*job) offer(overlap.Executor) ([]overlap.Option, func(error), error) {
	return nil, func(error) {}, nil
}

func elsewhere(overlap.Executor) func() (int, int64, int64) { return nil }

func clusterWorkers(overlap.Executor) func() []live.Worker { return nil }

func (p *program) clusterCommands() []*cobra.Command { return nil }
