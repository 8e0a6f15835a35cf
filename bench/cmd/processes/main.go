// Command processes measures Overlap's worker processes beside the process pools of Python's standard library and
// others, two workers each, in turn, and prints a Markdown table; progress goes to standard error. Each measurement is
// a process of its own that measures itself. It needs python3 and a system that package process runs on. Exit status 0 when all
// was measured, whether or not a target is met, 1 when something failed or gave a wrong answer, 2 for bad usage.
//
//	go run ./cmd/processes
//	go run ./cmd/processes -contests map,spin -rounds 10
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

	"example.com/overlap/process"
)

const failed, badUsage = 1, 2

// settings are what the flags say.
type settings struct {
	contests []contest
	rounds   int
}

func main() {
	process.Main()
	servePlugin()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, progress io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("processes", flag.ContinueOnError)
	flags.SetOutput(progress)
	names := flags.String("contests", "", "comma-separated `names`, all unless given: "+strings.Join(known(), ", "))
	flags.IntVar(&s.rounds, "rounds", 5, "measured rounds of each contender; `sieves` has at most 3")
	flags.StringVar(&interpreter, "python", "python3", "the Python `interpreter`")
	one := flags.String("measure", "", "measure one `contest/contender` of ours in this process and print it as JSON")
	calls := flags.Int("calls", 1000, "with -measure, calls a run")
	runs := flags.Int("runs", 1, "with -measure, runs")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	var err error
	s.contests, err = chosen(*names)
	switch {
	case err != nil:
	case s.rounds < 1 || *calls < 1 || *runs < 1:
		err = fmt.Errorf("-rounds, -calls and -runs must be at least 1, got %d, %d and %d", s.rounds, *calls, *runs)
	case flags.NArg() > 0:
		err = fmt.Errorf("takes no arguments, got %q: choose contests with -contests", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "processes:", err)
		return badUsage
	}
	if *one != "" {
		err = measureHere(ctx, *one, *calls, *runs, out)
	} else {
		err = compare(ctx, s, out, progress)
	}
	if err != nil {
		fmt.Fprintln(progress, "processes:", err)
		return failed
	}
	return 0
}

// chosen returns the contests of a comma-separated list, in the list's order; all of them for an empty one.
func chosen(list string) ([]contest, error) {
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
