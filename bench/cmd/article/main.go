// Command article does the two jobs that introduce threads, pools, coroutines and processes in Python, 100 requests of
// 160 ms and 15,000 sieves, with each of Python's facilities and with each of Overlap's strategies, in turn, and
// prints a Markdown table; progress goes to standard error. Each measurement is a process of its own that measures
// itself; the server that answers the requests is another. It needs python3; the Python modules requests and httpx, by
// which most people make requests, are left out with a message where that does not have them.
//
//	go run ./cmd/article
//	go run ./cmd/article -jobs fetch -rounds 5 -run 'async|asyncio'
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
	"slices"
	"strings"
	"time"
)

const failed, badUsage = 1, 2

// settings are what the flags say.
type settings struct {
	jobs    string
	rounds  int
	latency time.Duration
	python  string
	run     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, in io.Reader, out, progress io.Writer) int {
	var s settings
	flags := flag.NewFlagSet("article", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.StringVar(&s.jobs, "jobs", "fetch,primes", "comma-separated `names` of jobs")
	flags.IntVar(&s.rounds, "rounds", 3, "measured rounds of each facility")
	flags.DurationVar(&s.latency, "latency", 160*time.Millisecond, "how long the server takes to answer a request")
	flags.StringVar(&s.python, "python", "python3", "the Python `interpreter`")
	flags.StringVar(&s.run, "run", "", "measure only what `regexp` matches, such as 'fetch/python asyncio'")
	serves := flags.Bool("serve", false, "be the server: print the URL and answer until standard input ends")
	one := flags.String("measure", "", "measure one `job/strategy` in this process and print it as JSON")
	url := flags.String("url", "", "the URL that -measure fetch/… requests")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return badUsage
	}
	facilities, err := s.chosen()
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("takes no arguments, got %q: choose with -jobs and -run", flags.Args())
	}
	if err != nil {
		fmt.Fprintln(progress, "article:", err)
		return badUsage
	}
	switch {
	case *serves:
		err = serve(s.latency, in, out)
	case *one != "":
		err = measureHere(ctx, *one, *url, out)
	default:
		err = compare(ctx, s, facilities, out, progress)
	}
	if err != nil {
		fmt.Fprintln(progress, "article:", err)
		return failed
	}
	return 0
}

// chosen returns the facilities that -jobs and -run leave, and checks the other flags.
func (s settings) chosen() ([]facility, error) {
	only, err := regexp.Compile(s.run)
	if err != nil {
		return nil, fmt.Errorf("-run: %w", err)
	}
	if s.rounds < 1 || s.latency < 0 {
		return nil, fmt.Errorf("-rounds must be at least 1 and -latency not negative, got %d and %v", s.rounds, s.latency)
	}
	jobs := strings.Split(s.jobs, ",")
	for _, job := range jobs {
		if job != fetch && job != primes {
			return nil, fmt.Errorf("no job is named %q: there are %s and %s", job, fetch, primes)
		}
	}
	var kept []facility
	for _, f := range facilities {
		if slices.Contains(jobs, f.job) && only.MatchString(f.String()) {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("-run %q matches nothing in %s", s.run, s.jobs)
	}
	return kept, nil
}
