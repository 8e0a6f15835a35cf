// Command failures makes what goes wrong in pools of worker processes happen for real, to Overlap's and to those of the
// installed Python's standard library, and prints a Markdown table of what came of it; progress goes to standard error.
// Each event happens in a process of its own, to a pool with two workers, and what has not ended by then is given up as
// hanging. It needs python3, and Linux for the rows of the last two events. About two minutes.
//
//	go run ./cmd/failures
//	go run ./cmd/failures -run 'segfault|orphans'
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

	"example.com/overlap/process"
)

const failed, badUsage = 1, 2

// settings are what the flags say.
type settings struct {
	events []event
	limit  time.Duration
	python string
}

func main() {
	process.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("failures", flag.ContinueOnError)
	flags.SetOutput(progress)
	pattern := flags.String("run", "", "make only the events happen that `regexp` matches, such as segfault")
	flags.DurationVar(&s.limit, "limit", 2*time.Second, "what takes longer hangs")
	flags.StringVar(&s.python, "python", "python3", "the Python `interpreter`")
	one := flags.String("observe", "", "make an `event` happen to ours in this process and print what came of it as JSON")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	only, err := regexp.Compile(*pattern)
	switch {
	case err != nil:
		err = fmt.Errorf("-run: %w", err)
	case s.limit <= 0:
		err = fmt.Errorf("-limit must be positive, got %v", s.limit)
	case flags.NArg() > 0:
		err = fmt.Errorf("takes no arguments, got %q: choose events with -run", flags.Args())
	default:
		for _, e := range events {
			if only.MatchString(e.what) || only.MatchString(e.name) {
				s.events = append(s.events, e)
			}
		}
		if len(s.events) == 0 {
			err = fmt.Errorf("-run %q matches no event", *pattern)
		}
	}
	if err != nil {
		fmt.Fprintln(progress, "failures:", err)
		return badUsage
	}
	if *one != "" {
		err = observeHere(ctx, *one, s.limit, out)
	} else {
		err = compare(ctx, s, out, progress)
	}
	if err != nil {
		fmt.Fprintln(progress, "failures:", err)
		return failed
	}
	return 0
}
