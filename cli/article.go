package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/overlap/compare"
	"example.com/overlap/target"
)

// The two jobs of the article that the project answers, "Python concurrency": what its author measured on his machine
// stands beside what is measured here.
const (
	fetchTask  = "fetch"
	primesTask = "primes"

	articleRequests = 100
	articleLatency  = 160 * time.Millisecond
	articlePath     = "/json" // always the same answer

	articleFirst, articleLast = 1000, 15999
)

// articleSeconds are those of the article, by task and strategy.
var articleSeconds = map[string]map[string]string{
	fetchTask:  {"sync": "15.7 s", "threads": "1.02 s", "pool": "1.34 s", "async": "0.55 s"},
	primesTask: {"sync": "17.9 s", "processes": "2.98 s", "processes-submit": "4.45 s"},
}

func articleNote(task, strategy string) string {
	if took := articleSeconds[task][strategy]; took != "" {
		return took + " in the article"
	}
	return ""
}

// primesJob is the article's CPU-bound job.
func primesJob() compare.Job {
	return compare.Job{
		Task:   primesTask,
		Title:  fmt.Sprintf("the primes up to n, for each n from %d to %d", articleFirst, articleLast),
		Inputs: compare.Integers(articleFirst, articleLast),
	}
}

// fetchJob is the article's IO-bound job, and the server that it needs: a process of its own, so that its work does not
// count into what is measured, and one for all strategies.
func fetchJob(ctx context.Context, latency time.Duration) (compare.Job, *target.Process, error) {
	path, err := os.Executable()
	if err != nil {
		return compare.Job{}, nil, fmt.Errorf("cannot start the local target: %w", err)
	}
	exceptLocalFromProxies()
	server, err := target.Start(ctx, []string{path, targetName}, target.Config{Latency: latency})
	if err != nil {
		return compare.Job{}, nil, err
	}
	url := json.RawMessage(strconv.Quote(server.URL() + articlePath))
	values := make([]json.RawMessage, articleRequests)
	for i := range values {
		values[i] = url
	}
	return compare.Job{
		Task: fetchTask,
		Title: fmt.Sprintf("%d GETs of %s%s, %g ms each",
			articleRequests, server.URL(), articlePath, latency.Seconds()*1000),
		Inputs:    compare.Values(values...),
		ServerCPU: func() (float64, bool) { return compare.ProcessCPU(server.PID()) },
	}, server, nil
}

// exceptLocalFromProxies keeps a proxy that the environment names away from the local target, in the processes that
// measure.
func exceptLocalFromProxies() {
	exceptions := cmp.Or(os.Getenv("no_proxy"), os.Getenv("NO_PROXY"), "127.0.0.1")
	if !strings.Contains(exceptions, "127.0.0.1") {
		exceptions += ",127.0.0.1"
	}
	_ = os.Setenv("no_proxy", exceptions) // it fails for bad names alone
}
