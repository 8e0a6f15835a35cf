package source_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/source"
)

// One insert for many rows is cheaper than many.
func ExampleBatches() {
	insert := overlap.Func(func(_ context.Context, rows []string) (int, error) { return len(rows), nil })
	rows := slices.Values(strings.Fields("a b c d e"))
	for r := range overlap.Stream(context.Background(), overlap.Sync(), insert, source.Batches(rows, 2)) {
		fmt.Println(r.Input, r.Value)
	}
	// Output:
	// [a b] 2
	// [c d] 2
	// [e] 1
}

// The loop can be left though the channel stays open and empty.
func ExampleWithin() {
	orders := make(chan string, 2)
	orders <- "a book"
	orders <- "a pen"
	ship := overlap.Func(func(_ context.Context, order string) (string, error) { return "shipped " + order, nil })

	results := source.Within(context.Background(), func(ctx context.Context) iter.Seq[overlap.Result[string, string]] {
		return overlap.Stream(ctx, overlap.Pool(2), ship, source.Channel(ctx, orders), overlap.Ordered())
	})
	for r := range results {
		fmt.Println(r.Value)
		if r.Input == "a pen" {
			break
		}
	}
	// Output:
	// shipped a book
	// shipped a pen
}

// A crawl ends when every page that was found has been visited.
func ExampleCrawl() {
	web := map[string][]string{"/": {"/a", "/b"}, "/a": {"/"}, "/b": {"/a", "/c"}, "/c": nil}
	visit := overlap.Func(func(_ context.Context, page string) ([]string, error) { return web[page], nil })

	pages := source.NewQueue("/")
	visited := map[string]bool{}
	for r := range source.Crawl(context.Background(), pages,
		func(ctx context.Context, pages iter.Seq[string]) iter.Seq[overlap.Result[string, []string]] {
			return overlap.Stream(ctx, overlap.Pool(4), visit, pages)
		}) {
		visited[r.Input] = true
		pages.Add(r.Value...)
	}
	fmt.Println(slices.Sorted(maps.Keys(visited)))
	// Output: [/ /a /b /c]
}

// Two stages run at once. Whatever fails has the input that it began with.
func ExampleThen() {
	ctx := context.Background()
	parse := overlap.Func(func(_ context.Context, text string) (n int, err error) {
		_, err = fmt.Sscan(text, &n)
		return n, err
	})
	square := overlap.Func(func(_ context.Context, n int) (int, error) { return n * n, nil })

	numbers := func(ctx context.Context) iter.Seq[overlap.Result[string, int]] {
		return overlap.Stream(ctx, overlap.Pool(2), parse, slices.Values([]string{"2", "x", "3"}))
	}
	squares := func(ctx context.Context, numbers iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
		return overlap.Stream(ctx, overlap.Pool(2), square, numbers)
	}
	for r := range source.Then(ctx, numbers, squares) {
		fmt.Println(r.Input, r.Value, r.Outcome)
	}
	// Unordered output:
	// 2 4 succeeded
	// x 0 failed
	// 3 9 succeeded
}
