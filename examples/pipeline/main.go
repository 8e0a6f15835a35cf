// Two stages that run at once: pages are fetched, many at a time, and counted as they come, by as many workers as there
// are processors. A failure of the first stage is a result like those of the second, with its input. With arguments it is
// a command, which says how each stage is run best:
//
//	go run . compare get --from paths.txt
//	go run . compare count --from texts.txt
//
// Of 300 pages compare says that the first stage waits: loop and async are some 110 times as fast as sync, processes twice.
// Of 2,000 texts of ten words it says that the second stage computes, for a microsecond a call: pool is 1.7 times as fast as
// sync, and async, which starts a goroutine for each, takes 2.5 times as long.
package main

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/process"
	"example.com/overlap/source"
	"example.com/overlap/tasks/fetch"
)

// site takes 50 ms to answer. The first call opens it, in each process that makes calls.
var site = sync.OnceValue(func() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, strings.Repeat("word ", len(r.URL.Path)))
	}))
})

var client = fetch.New(fetch.Options{})

var get = overlap.Define("get", func(ctx context.Context, path string) (string, error) {
	page, err := client.Fetch(ctx, fetch.Request{URL: site().URL + path, KeepBody: true})
	return string(page.Body), err
})

var count = overlap.Define("count", func(_ context.Context, text string) (int, error) {
	return len(strings.Fields(text)), nil
})

func main() {
	process.Main() // for compare, which tries worker processes as well
	if len(os.Args) > 1 {
		cli.Main(get, count)
		return
	}
	pages := func(ctx context.Context) iter.Seq[overlap.Result[string, string]] {
		paths := slices.Values([]string{"/", "/about", "/gone", "/documents"})
		return overlap.Stream(ctx, overlap.Async(), get, paths, overlap.Ordered(), overlap.Window(100))
	}
	counts := func(ctx context.Context, texts iter.Seq[string]) iter.Seq[overlap.Result[string, int]] {
		return overlap.Stream(ctx, overlap.Pool(runtime.NumCPU()), count, texts)
	}
	var lines []string // results come as they are ready
	for r := range source.Then(context.Background(), pages, counts) {
		lines = append(lines, fmt.Sprintf("%d %-10s %s, %d words", r.Index, r.Input, r.Outcome, r.Value))
	}
	slices.Sort(lines)
	fmt.Println(strings.Join(lines, "\n"))
}
