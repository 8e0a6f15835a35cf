// Command commands measures overlap exec beside xargs and GNU parallel, in turn, each in a process of its own, and
// prints a Markdown table for each contest; progress goes to standard error. A tool that is not there is left out with
// a message. Exit status 0 when all was measured, 1 when a tool failed or gave another answer, 2 for bad usage.
//
//	go run ./cmd/commands                                  # all contests: about ten minutes
//	go run ./cmd/commands -contests chunk,pipe -bytes 4000000000
//	go run ./cmd/commands -small                           # the same with little work, to see that it runs
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

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/tasks/command"
)

const failed, badUsage = 1, 2

// asOverlap and asBare as the first argument make this program the command overlap, with a task that does nothing
// besides exec, and the loop that overlap exec is compared with. So there is nothing to build first.
const asOverlap, asBare = "overlap", "bare"

var nothing = overlap.Define("nothing", func(_ context.Context, n int) (int, error) { return n, nil })

// sizes are how much there is to do.
type sizes struct {
	rounds  int
	runs    int   // of true
	bytes   int64 // of the file that is divided
	output  int64 // that a command prints, where that is much
	nothing int   // calls that do nothing
	files   int   // that are hashed; a fiftieth of them is compressed
}

func main() {
	beAnother()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// beAnother ends the program if it was started as something else.
func beAnother() {
	if len(os.Args) < 2 {
		return
	}
	switch os.Args[1] {
	case asOverlap:
		os.Args = os.Args[1:]
		cli.Main(command.Task, nothing)
	case asBare:
		if err := bare(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(failed)
		}
		os.Exit(0)
	}
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	var s sizes
	flags := flag.NewFlagSet("commands", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.IntVar(&s.rounds, "rounds", 5, "measured rounds, after one that is not measured")
	flags.IntVar(&s.runs, "runs", 2000, "how often true runs")
	flags.Int64Var(&s.bytes, "bytes", 1_000_000_000, "length of the file that is divided")
	flags.Int64Var(&s.output, "output", 200_000_000, "bytes that each of 4 commands prints, where that is much")
	flags.IntVar(&s.nothing, "nothing", 10_000_000, "calls that do nothing")
	flags.IntVar(&s.files, "files", 10_000, "files that are hashed; a fiftieth of them is compressed")
	chosen := flags.String("contests", strings.Join(names(), ","), "measure only these")
	small := flags.Bool("small", false, "little work, to see that it runs")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	if *small {
		s = sizes{rounds: 1, runs: 20, bytes: 1_000_000, output: 1_000_000, nothing: 1000, files: 100}
	}
	only := strings.Split(*chosen, ",")
	for _, name := range only {
		if !slices.Contains(names(), name) {
			fmt.Fprintf(progress, "commands: there is no contest %q: give some of %s\n", name, strings.Join(names(), ", "))
			return badUsage
		}
	}
	if s.rounds < 1 || s.runs < 1 || s.bytes < 1 || s.output < 1 || s.nothing < 1 || s.files < 50 || flags.NArg() > 0 {
		fmt.Fprintln(progress, "commands: sizes must be at least 1, -files at least 50, and there are no arguments")
		return badUsage
	}
	if err := compare(ctx, s, only, out, progress); err != nil {
		fmt.Fprintln(progress, "commands:", err)
		return failed
	}
	return 0
}
