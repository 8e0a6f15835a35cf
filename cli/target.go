package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"example.com/overlap/target"
)

const targetName = "target"

func (p *program) targetCommand() *cobra.Command {
	var config target.Config
	address, withParent := "127.0.0.1:8080", false
	cmd := &cobra.Command{
		Use:   targetName,
		Short: "Serve a local stand-in for the network: slow, limited or failing as you wish",
		Long: `Serve the pages of httpbin (/get, /json, /status/503, /bytes/1024, /redirect/3 …) behind a latency, a
capacity, an error rate and a rate limit. It writes its URL to standard output once it answers, and serves until
Ctrl-C.`,
		Example: p.named("  overlap target --address 127.0.0.1:8080 --latency 160ms --error-rate 0.05 --rate 50"),
		Args:    p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Validate(); err != nil {
				return usageErrorf("%w", err)
			}
			if err := p.needsStdout("the server's URL", "redirect it, with >FILE"); err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			defer onInterrupt(func(os.Signal) { cancel() }, func(os.Signal) { os.Exit(exitInterrupted) })()
			return target.Run(ctx, p.stdout, config, address, withParent)
		},
	}
	config.Flags(cmd.Flags())
	target.RunFlags(cmd.Flags(), &address, &withParent)
	return cmd
}
