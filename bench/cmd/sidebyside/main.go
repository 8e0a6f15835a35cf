// Command sidebyside measures Overlap beside other people's libraries, in turn and in one process, and prints a
// Markdown table on standard output; progress goes to standard error. Exit status 0 when all was measured, whether or
// not a target is met, 1 when a contender gave a wrong answer, 2 for bad usage.
//
//	go run ./cmd/sidebyside
//	go run ./cmd/sidebyside -contests map,stream -rounds 20
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"example.com/overlap/bench"
	"example.com/overlap/bench/markdown"
)

const failed, badUsage = 1, 2

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(arguments []string, out, progress io.Writer) int {
	flags := flag.NewFlagSet("sidebyside", flag.ContinueOnError)
	flags.SetOutput(progress)
	names := flags.String("contests", "", "comma-separated `names`, all unless given: "+strings.Join(known(), ", "))
	rounds := flags.Int("rounds", 10, "measured rounds of each contender")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	contests, err := chosen(*names)
	if err == nil && *rounds < 1 {
		err = fmt.Errorf("-rounds must be at least 1, got %d", *rounds)
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("takes no arguments, got %q: choose contests with -contests", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "sidebyside:", err)
		return badUsage
	}
	var rows [][]string
	for _, contest := range contests {
		fmt.Fprintf(progress, "%s: %d contenders, %d rounds\n", contest.Name, len(contest.Contenders), *rounds)
		all, err := contest.Measure(*rounds)
		if err != nil {
			fmt.Fprintln(progress, "sidebyside:", err)
			return failed
		}
		rows = append(rows, contest.Rows(all)...)
	}
	fmt.Fprintf(out, "%s, %s/%s, GOMAXPROCS %d, %d rounds: median (lowest..highest)\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), *rounds)
	if err := markdown.Table(out, bench.Heading, rows); err != nil {
		fmt.Fprintln(progress, "sidebyside:", err)
		return failed
	}
	return 0
}

// chosen returns the contests of a comma-separated list, in the list's order; all of them for an empty one.
func chosen(list string) ([]bench.Contest, error) {
	all := bench.Contests()
	if list == "" {
		return all, nil
	}
	var contests []bench.Contest
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(all, func(c bench.Contest) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no contest is named %q: there are %s", name, strings.Join(known(), ", "))
		}
		contests = append(contests, all[i])
	}
	return contests, nil
}

func known() []string {
	var names []string
	for _, contest := range bench.Contests() {
		names = append(names, contest.Name)
	}
	return names
}
