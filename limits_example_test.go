package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/overlap"
)

var shout = overlap.Func(func(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil })

// Two jobs that keep to one rate together: at most 100 requests in a second, whichever of them makes them.
func ExampleRate() {
	ctx := context.Background()
	rate := overlap.Rate(100, time.Second)
	first, _ := overlap.Map(ctx, overlap.Async(), shout, []string{"a", "b"}, rate)
	second, _ := overlap.Map(ctx, overlap.Async(), shout, []string{"c"}, rate)
	fmt.Println(first, second)
	// Output: [A B] [C]
}

// Two starts are at least 10 ms apart, also after one that was late.
func ExampleSpacing() {
	begun := time.Now()
	got, err := overlap.Map(context.Background(), overlap.Async(), shout, []string{"a", "b", "c"},
		overlap.Spacing(10*time.Millisecond))
	fmt.Println(got, err, time.Since(begun) >= 20*time.Millisecond)
	// Output: [A B C] <nil> true
}

// At most two requests to a host at once, and 32 in all.
func ExamplePerKey() {
	host := func(url string) string { name, _, _ := strings.Cut(url, "/"); return name }
	urls := []string{"a.example/1", "a.example/2", "a.example/3", "b.example/1"}
	pages, err := overlap.Map(context.Background(), overlap.Pool(32), shout, urls,
		overlap.PerKey(host, overlap.AtOnce(2)))
	fmt.Println(len(pages), err)
	// Output: 4 <nil>
}

// A server that says when it has had enough is left alone for a second, while calls to others go on.
func ExampleAdapt() {
	host := func(url string) string { name, _, _ := strings.Cut(url, "/"); return name }
	busy := errors.New("busy")
	asked := 0
	fetch := overlap.Func(func(_ context.Context, url string) (string, error) {
		if asked++; asked == 1 {
			return "", busy
		}
		return "page of " + url, nil
	})
	pages, err := overlap.Map(context.Background(), overlap.Pool(1), fetch, []string{"a.example/1", "b.example/1"},
		overlap.PerKey(host, overlap.Adapt(func(string) overlap.KeyPolicy {
			return overlap.KeyPolicy{Ended: func(a overlap.KeyAttempt) overlap.KeyState {
				if errors.Is(a.Err, busy) && a.Refused < 3 {
					return overlap.KeyState{Hold: time.Millisecond, Again: true} // a second, where servers are real
				}
				return overlap.KeyState{}
			}}
		})))
	fmt.Println(pages, err)
	// Output: [page of a.example/1 page of b.example/1] <nil>
}

// A job that waits until something says that there is room for it.
func ExampleGate() {
	gate := overlap.NewGate()
	gate.Close()
	time.AfterFunc(time.Millisecond, gate.Open) // or what a signal, or a look at the free memory, calls
	got, err := overlap.Map(context.Background(), overlap.Pool(4), shout, []string{"go"}, gate)
	fmt.Println(got, err)
	// Output: [GO] <nil>
}

// The first of several mirrors that answers will do.
func ExampleHaltPolicy() {
	ask := overlap.Func(func(ctx context.Context, mirror string) (string, error) {
		if mirror == "near" {
			return "the file", nil
		}
		<-ctx.Done()
		return "", ctx.Err()
	})
	answers, err := overlap.Map(context.Background(), overlap.Async(), ask, []string{"far", "near", "farther"},
		overlap.HaltPolicy{On: overlap.OnSuccess, Count: 1, Now: true})
	halted, ok := errors.AsType[*overlap.HaltError](err)
	fmt.Printf("%q %v %v\n", answers, ok, halted.Ended)
	// Output: ["" "the file" ""] true 1
}

// A job that has a second, whatever its calls do.
func ExampleTimeLimit() {
	got, err := overlap.Map(context.Background(), overlap.Pool(4), shout, []string{"go"}, overlap.TimeLimit(time.Second))
	fmt.Println(got, err)
	// Output: [GO] <nil>
}

// Downloads of which some hang: an attempt that takes three times as long as most is made again.
func ExampleMedianTimeout() {
	files := []string{"a", "b", "c", "d", "e", "f"}
	got, err := overlap.Map(context.Background(), overlap.Pool(4), shout, files, overlap.MedianTimeout(3), overlap.Retry(2))
	fmt.Println(got, err)
	// Output: [A B C D E F] <nil>
}

// One call in one line.
func ExampleDo() {
	got, err := overlap.Do(context.Background(), overlap.Pool(1), shout, "go", overlap.Timeout(time.Second))
	fmt.Println(got, err)
	// Output: GO <nil>
}

// What became of each call, and not the values alone.
func ExampleMapResults() {
	double := overlap.Func(func(_ context.Context, text string) (int, error) {
		n, err := strconv.Atoi(text)
		return 2 * n, err
	}).Named("double")
	results, err := overlap.MapResults(context.Background(), overlap.Pool(4), double, []string{"1", "two", "3"})
	for _, r := range results {
		fmt.Println(r.Input, r.Outcome, r.Value, r.Err)
	}
	fmt.Println(err)
	// Output:
	// 1 succeeded 2 <nil>
	// two failed 0 double[1] two: strconv.Atoi: parsing "two": invalid syntax
	// 3 succeeded 6 <nil>
	// <nil>
}

// A service that does what it can and refuses the rest, rather than letting work pile up.
func ExampleTrySubmit() {
	ctx := context.Background()
	busy := make(chan struct{})
	work := overlap.Func(func(context.Context, int) (int, error) { <-busy; return 0, nil })
	g := overlap.NewGroup(ctx, overlap.Pool(1), overlap.Window(2)) // one call runs, and one may wait
	for i := range 3 {
		_, ok := overlap.TrySubmit(g, work, i)
		fmt.Println(ok)
	}
	close(busy)
	fmt.Println(g.Wait())
	// Output:
	// true
	// true
	// false
	// <nil>
}

// A crawl: each page that is read leads to more.
func ExampleCompletions() {
	links := map[string][]string{"/": {"/a", "/b"}, "/a": {"/b", "/c"}}
	read := overlap.Func(func(_ context.Context, page string) ([]string, error) { return links[page], nil })
	ctx := context.Background()
	g := overlap.NewGroup(ctx, overlap.Pool(8))
	var reading overlap.Completions[*overlap.Future[[]string]]
	seen := map[string]bool{}
	follow := func(pages ...string) {
		for _, page := range pages {
			if !seen[page] {
				seen[page] = true
				reading.Add(overlap.Submit(g, read, page))
			}
		}
	}
	follow("/")
	for page, err := range reading.All(ctx) {
		if err == nil {
			found, _ := page.Wait(ctx)
			follow(found...)
		}
	}
	fmt.Println(len(seen), "pages", g.Wait())
	// Output: 4 pages <nil>
}

// Many that ask for one thing at once, of which one asks.
func ExampleSingleFlight() {
	load := overlap.Func(func(_ context.Context, user string) (string, error) { return "profile of " + user, nil })
	once := overlap.SingleFlight(load, func(user string) string { return user })
	got, err := overlap.Map(context.Background(), overlap.Async(), once, []string{"ann", "ann", "bob"})
	fmt.Printf("%q %v\n", got, err)
	// Output: ["profile of ann" "profile of ann" "profile of bob"] <nil>
}

// What a user waits for goes before what nobody waits for, on the same workers; one turn in eight is left for that.
func ExamplePriority() {
	ctx, workers := context.Background(), overlap.Pool(4)
	group := overlap.NewGroup(ctx, workers, overlap.Low)
	overlap.Submit(group, shout, "a report for tomorrow")
	answer, err := overlap.Do(ctx, workers, shout, "now", overlap.High)
	fmt.Println(answer, err, group.Wait())
	// Output: NOW <nil> <nil>
}
