// Command fetchers measures overlap run fetch, its results stored, beside the usual tools that make many requests:
// hey, curl -Z, wrk, aiohttp and httpx, in turn, on the local target, and prints a Markdown table; progress goes to standard
// error. A tool that is not there is left out with a message that says where to get it. Exit status 0 when all was
// measured, 1 when a tool failed or a request was not answered, 2 for bad usage.
//
//	go run ./cmd/fetchers
//	go run ./cmd/fetchers -requests 2000 -at-once 100 -latency 20ms -run 'overlap|aiohttp'
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"time"

	"example.com/overlap/cli"
	"example.com/overlap/tasks/fetch"
)

const failed, badUsage = 1, 2

// asOverlap as the first argument makes this program the command overlap, so that there is nothing to build first.
const asOverlap = "overlap"

// settings are what the flags say.
type settings struct {
	requests, atOnce, rounds int
	latency                  time.Duration
	python                   string
	tools                    []tool
}

func main() {
	beOverlap()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func beOverlap() {
	if len(os.Args) > 1 && os.Args[1] == asOverlap {
		os.Args = os.Args[1:]
		cli.Main(fetch.Task)
	}
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("fetchers", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.IntVar(&s.requests, "requests", 10_000, "requests in a round, a multiple of -at-once")
	flags.IntVar(&s.atOnce, "at-once", 50, "how many requests are made at once")
	flags.IntVar(&s.rounds, "rounds", 5, "measured rounds of each tool, after one that is not measured")
	flags.DurationVar(&s.latency, "latency", 0, "how long the server takes to answer a request")
	flags.StringVar(&s.python, "python", "python3", "the Python `interpreter`")
	only := flags.String("run", "", "measure only what `regexp` matches, such as 'overlap|wrk'")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	var err error
	s.tools, err = matching(*only)
	switch {
	case err != nil:
	case s.rounds < 1 || s.atOnce < 1 || s.latency < 0:
		err = fmt.Errorf("-rounds and -at-once must be at least 1, and -latency not negative, got %d, %d and %v",
			s.rounds, s.atOnce, s.latency)
	case s.requests < 1 || s.requests%s.atOnce != 0: // hey rounds down
		err = fmt.Errorf("-requests must be a multiple of -at-once, got %d and %d", s.requests, s.atOnce)
	case flags.NArg() > 0:
		err = fmt.Errorf("takes no arguments, got %q: choose with -run", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "fetchers:", err)
		return badUsage
	}
	if err := compare(ctx, s, out, progress); err != nil {
		fmt.Fprintln(progress, "fetchers:", err)
		return failed
	}
	return 0
}

// matching are the tools whose names the expression matches. What they are compared with comes first and stays.
func matching(expression string) ([]tool, error) {
	only, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("-run: %w", err)
	}
	kept := tools[:1:1]
	for _, t := range tools[1:] {
		if only.MatchString(t.name) {
			kept = append(kept, t)
		}
	}
	return kept, nil
}
