// Two stages that run at once: pages are fetched, many at a time, and counted as they come, by as many workers as there
// are processors. A failure of the first stage is a result like those of the second, with its input.
package main

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/source"
	"example.com/overlap/tasks/fetch"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, strings.Repeat("word ", len(r.URL.Path)))
	}))
	defer server.Close()

	client := fetch.New(fetch.Options{})
	get := overlap.Func(func(ctx context.Context, path string) (string, error) {
		page, err := client.Fetch(ctx, fetch.Request{URL: server.URL + path, KeepBody: true})
		return string(page.Body), err
	}).Named("get")
	count := overlap.Func(func(_ context.Context, text string) (int, error) {
		return len(strings.Fields(text)), nil
	}).Named("count")

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
