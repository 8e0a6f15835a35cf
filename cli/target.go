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
capacity, an error rate and a rate limit; refuse what is too much at once, get slower with what is served, and change after
a time. With --fault, or below /fault/KIND, it is a hostile server: a body that is endless, drips or is a gzip bomb, a header
that is endless, redirects in a loop, connections that are reset at random bytes, lengths that lie. It writes its URL to
standard output once it answers, and serves until Ctrl-C.`,
		Example: p.named("  overlap target --address 127.0.0.1:8080 --latency 160ms --error-rate 0.05 --rate 50\n" +
			"  overlap target --refuse-above 20 --falloff usl:0.02,0.0005 --then '30s --latency 300ms'\n" +
			"  overlap target --fault any"),
		Args: p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.Validate(); err != nil {
				return usageErrorf("%w", err)
			}
			if err := p.needsStdout("the server's URL", "redirect it, with >FILE"); err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			defer onInterrupt(nil, func(os.Signal) { cancel() }, func(os.Signal) { os.Exit(exitInterrupted) })()
			return target.Run(ctx, p.stdout, config, address, withParent)
		},
	}
	config.Flags(cmd.Flags())
	target.RunFlags(cmd.Flags(), &address, &withParent)
	return cmd
}
