// Command cluster measures the executor of package cluster, whose engine runs in the same process, beside what it stands on
// (NATS JetStream used bare, worker processes without it) and beside Dask and Celery, where they are installed. Contenders
// take turns within each round. It prints a Markdown table; progress goes to standard error. Exit status 0 when all was
// measured, whether or not a target is met, 1 when something failed or gave a wrong answer, 2 for bad usage.
//
//	go run ./cmd/cluster
//	go run ./cmd/cluster -contests calls,round-trip -rounds 10
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"example.com/overlap/cli"
	"example.com/overlap/process"
)

const failed, badUsage = 1, 2

// asOverlap as the first argument makes this program the command overlap, for what is measured of that.
const asOverlap = "overlap"

func main() {
	process.Main()
	if len(os.Args) > 1 && os.Args[1] == asOverlap {
		os.Args = os.Args[1:]
		cli.Main(increment)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(progress)
	names := flags.String("contests", "", "comma-separated `names`, all unless given: "+strings.Join(known(), ", "))
	rounds := flags.Int("rounds", 5, "measured rounds of each contender; contests that take long have at most 3")
	flags.StringVar(&interpreter, "python", "python3", "the Python `interpreter` that has Dask and Celery")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	chosen, err := choose(*names)
	switch {
	case err != nil:
	case *rounds < 1:
		err = fmt.Errorf("-rounds must be at least 1, got %d", *rounds)
	case flags.NArg() > 0:
		err = fmt.Errorf("takes no arguments, got %q: choose contests with -contests", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "cluster:", err)
		return badUsage
	}
	if err := compare(ctx, chosen, *rounds, out, progress); err != nil {
		fmt.Fprintln(progress, "cluster:", err)
		return failed
	}
	return 0
}

// choose returns the contests of a comma-separated list, in the list's order; all of them for an empty one.
func choose(list string) ([]contest, error) {
	if list == "" {
		return contests, nil
	}
	var found []contest
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(contests, func(c contest) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no contest is named %q: there are %s", name, strings.Join(known(), ", "))
		}
		found = append(found, contests[i])
	}
	return found, nil
}

func known() []string {
	var names []string
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}
