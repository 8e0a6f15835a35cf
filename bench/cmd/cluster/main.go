// Command cluster measures the executor of package cluster, whose engine runs in the same process, beside what it stands on
// (NATS JetStream used bare, worker processes without it) and beside Dask and Celery, where they are installed. Contenders
// take turns within each round. It prints a Markdown table; progress goes to standard error. Exit status 0 when all was
// measured, whether or not a target is met, 1 when something failed or gave a wrong answer, 2 for bad usage.
//
//	go run ./cmd/cluster
//	go run ./cmd/cluster -contests calls,round-trip -rounds 10
//	go run ./cmd/cluster -memory 1000000,10000000,100000000
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
	"strconv"
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
	if len(os.Args) > 2 && os.Args[1] == asRole {
		if err := play(ctx, os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintf(os.Stderr, "cluster: the %s: %v\n", os.Args[2], err)
			os.Exit(failed)
		}
		return
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(progress)
	names := flags.String("contests", "", "comma-separated `names`, all unless given: "+strings.Join(known(), ", "))
	memory := flags.String("memory", "", "instead, have so many no-op calls made, for each of these comma-separated `counts`, and print "+
		"the peak memory of submitter, engine and worker, each in a process of its own")
	rounds := flags.Int("rounds", 5, "measured rounds of each contender; contests that take long have at most 3")
	flags.StringVar(&interpreter, "python", "python3", "the Python `interpreter` that has Dask and Celery")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	chosen, err := choose(*names)
	counts, wrong := countsOf(*memory)
	switch {
	case err != nil:
	case wrong != nil:
		err = wrong
	case *rounds < 1:
		err = fmt.Errorf("-rounds must be at least 1, got %d", *rounds)
	case flags.NArg() > 0:
		err = fmt.Errorf("takes no arguments, got %q: choose contests with -contests", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "cluster:", err)
		return badUsage
	}
	if len(counts) > 0 {
		err = peaks(ctx, counts, out, progress)
	} else {
		err = compare(ctx, chosen, *rounds, out, progress)
	}
	if err != nil {
		fmt.Fprintln(progress, "cluster:", err)
		return failed
	}
	return 0
}

// countsOf are the numbers of a comma-separated list.
func countsOf(list string) (all []int, err error) {
	if list == "" {
		return nil, nil
	}
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-memory takes numbers from 1 on, got %q", text)
		}
		all = append(all, n)
	}
	return all, nil
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
