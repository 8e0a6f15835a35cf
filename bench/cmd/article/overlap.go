package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/overlap"
	fetchtask "example.com/overlap/tasks/fetch"
)

const requests = 100

// strategies are the executors by the names of the table.
var strategies = map[string]func() overlap.Executor{
	"sync":    overlap.Sync,
	"threads": overlap.Threads,
	"pool":    func() overlap.Executor { return overlap.Pool(overlap.DefaultWorkers()) },
	"async":   overlap.Async,
	"loop":    func() overlap.Executor { return overlap.Loop() },
}

// measureHere does "job/strategy" and prints the measurement.
func measureHere(ctx context.Context, what, url string, out io.Writer) error {
	job, name, _ := strings.Cut(what, "/")
	strategy, shipped := strings.CutSuffix(name, shippedSieve)
	executor, work := strategies[strategy], fetchAll
	switch {
	case job == primes && shipped:
		work = primesShipped
	case job == primes:
		work = primesPlain
	case job != fetch || shipped:
		work = nil
	}
	if executor == nil || work == nil {
		return fmt.Errorf("-measure %q: want %s or %s, a slash and a strategy", what, fetch, primes)
	}
	start := time.Now()
	answer, err := work(ctx, executor(), url)
	if err != nil {
		return err
	}
	m := measurement{Facility: name, Seconds: time.Since(start).Seconds(), Answer: answer}
	return json.NewEncoder(out).Encode(m)
}

// fetchAll returns how many of the requests were answered with status 200.
func fetchAll(ctx context.Context, executor overlap.Executor, url string) (int, error) {
	all := make([]fetchtask.Request, requests)
	for i := range all {
		all[i].URL = url
	}
	pages, err := overlap.Map(ctx, executor, fetchtask.Task, all)
	succeeded := 0
	for _, page := range pages {
		if page.Status == http.StatusOK {
			succeeded++
		}
	}
	return succeeded, err
}
