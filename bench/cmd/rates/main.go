// Command rates measures how exact rates are in real time: it lets trivial calls start at a rate for some seconds, by
// overlap.Rate and by golang.org/x/time/rate around errgroup, and prints a Markdown table. A rate is to be kept within
// 1 % over 5 s, and no second is to have more than 1.01 times the rate and one more start.
//
//	go run ./cmd/rates
//	go run ./cmd/rates -rates 100,50000 -for 2s
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
)

const workers = 8

func main() {
	list := flag.String("rates", "100,1000,10000,50000", "comma-separated `rates`, in starts a second")
	lasts := flag.Duration("for", 5*time.Second, "how long each is measured")
	flag.Parse()
	rates, err := parse(*list)
	if err != nil || *lasts < time.Second || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "rates: -rates are whole numbers from 1, -for is at least 1s, and there are no arguments")
		os.Exit(2)
	}
	var rows [][]string
	for _, perSecond := range rates {
		for _, way := range ways {
			starts := make([]time.Time, int(lasts.Seconds()*float64(perSecond)))
			if err := way.run(perSecond, starts); err != nil {
				fmt.Fprintln(os.Stderr, "rates:", err)
				os.Exit(1)
			}
			rows = append(rows, row(way.name, perSecond, starts))
		}
	}
	fmt.Printf("%s, %s/%s, GOMAXPROCS %d, %v each\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0), *lasts)
	heading := []string{"rate", "by", "starts a second", "off by", "busiest second", "may have"}
	if err := markdown.Table(os.Stdout, heading, rows); err != nil {
		fmt.Fprintln(os.Stderr, "rates:", err)
		os.Exit(1)
	}
}

func parse(list string) ([]int, error) {
	var rates []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no rate", text)
		}
		rates = append(rates, n)
	}
	return rates, nil
}

// ways keep to a rate while they note when each call starts.
var ways = []struct {
	name string
	run  func(perSecond int, starts []time.Time) error
}{
	{"overlap.Rate", func(perSecond int, starts []time.Time) error {
		note := overlap.Func(func(_ context.Context, at *time.Time) (bool, error) {
			*at = time.Now()
			return true, nil
		})
		in := make([]*time.Time, len(starts))
		for i := range starts {
			in[i] = &starts[i]
		}
		_, err := overlap.Map(context.Background(), overlap.Pool(workers), note, in, overlap.Rate(perSecond, time.Second))
		return err
	}},
	{"x/time/rate", func(perSecond int, starts []time.Time) error {
		limiter := rate.NewLimiter(rate.Limit(perSecond), 1)
		group, ctx := errgroup.WithContext(context.Background())
		group.SetLimit(workers)
		for i := range starts {
			group.Go(func() error {
				err := limiter.Wait(ctx)
				starts[i] = time.Now()
				return err
			})
		}
		return group.Wait()
	}},
}

func row(name string, perSecond int, starts []time.Time) []string {
	first, last := earliestAndLatest(starts)
	reached := float64(len(starts)-1) / last.Sub(first).Seconds()
	return []string{
		fmt.Sprintf("%d/s", perSecond), name, fmt.Sprintf("%.1f", reached),
		fmt.Sprintf("%+.2f %%", 100*(reached/float64(perSecond)-1)),
		strconv.Itoa(busiestSecond(starts)), strconv.Itoa(int(1.01*float64(perSecond)) + 1),
	}
}
