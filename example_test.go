package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/overlap"
)

var length = overlap.Define("example/length", func(_ context.Context, word string) (int, error) {
	if word == "" {
		return 0, errors.New("no word")
	}
	return len(word), nil
})

func ExampleMap() {
	words := []string{"in", "order", "of", "the", "inputs"}
	lengths, err := overlap.Map(context.Background(), overlap.Pool(8), length, words)
	fmt.Println(lengths, err)
	// Output: [2 5 2 3 6] <nil>
}

func ExampleMap_failures() {
	_, err := overlap.Map(context.Background(), overlap.Async(), length, []string{"a", "", "b", ""}, overlap.KeepGoing())
	fmt.Println(err)
	if job, ok := errors.AsType[*overlap.JobError](err); ok {
		for _, call := range job.Failed {
			fmt.Println("input", call.Index, call.Outcome)
		}
	}
	// Output:
	// 2 of 4 calls failed: example/length[1] : no word; example/length[3] : no word
	// input 1 failed
	// input 3 failed
}

func ExampleStream() {
	lines := strings.Lines("one\ntwo\nthree\n")
	for r := range overlap.Stream(context.Background(), overlap.Pool(8), length, lines, overlap.Ordered()) {
		fmt.Printf("%q %d %v\n", r.Input, r.Value, r.Outcome)
	}
	// Output:
	// "one\n" 4 succeeded
	// "two\n" 4 succeeded
	// "three\n" 6 succeeded
}

func ExampleStream_infinite() {
	naturals := func(yield func(int) bool) {
		for n := 1; yield(n); n++ {
		}
	}
	square := overlap.Func(func(_ context.Context, n int) (int, error) { return n * n, nil })
	for r := range overlap.Stream(context.Background(), overlap.Pool(4), square, naturals, overlap.Ordered(), overlap.Window(16)) {
		fmt.Print(r.Value, " ")
		if r.Value > 60 {
			break // cancels what runs, and returns when nothing does
		}
	}
	// Output: 1 4 9 16 25 36 49 64
}

func ExampleSubmit() {
	ctx := context.Background()
	workers := overlap.Pool(2)
	g := overlap.NewGroup(ctx, workers)
	a, b := overlap.Submit(g, length, "first"), overlap.Submit(g, length, "second")
	n, err := a.Wait(ctx)
	fmt.Println(n, err)
	m, err := b.Wait(ctx)
	fmt.Println(m, err)
	fmt.Println(g.Wait())
	// Output:
	// 5 <nil>
	// 6 <nil>
	// <nil>
}

func ExampleAsCompleted() {
	ctx := context.Background()
	g := overlap.NewGroup(ctx, overlap.Async())
	var sizes []int
	for future, err := range overlap.AsCompleted(ctx, overlap.Submit(g, length, "as"), overlap.Submit(g, length, "completed")) {
		if err != nil {
			break
		}
		size, _ := future.Wait(ctx) // has ended
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	fmt.Println(sizes, g.Wait())
	// Output: [2 9] <nil>
}

func ExampleRetry() {
	tries := 0
	flaky := overlap.Func(func(context.Context, string) (string, error) {
		if tries++; tries < 3 {
			return "", errors.New("not yet")
		}
		return "there", nil
	})
	policy := overlap.RetryPolicy{Extra: 5, Base: time.Millisecond}
	out, err := overlap.Map(context.Background(), overlap.Sync(), flaky, []string{""}, policy)
	fmt.Println(out, err, tries)
	// Output: [there] <nil> 3
}

func ExampleTimeout() {
	stuck := overlap.Func(func(ctx context.Context, _ int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	_, err := overlap.Map(context.Background(), overlap.Pool(1), stuck, []int{7}, overlap.Timeout(10*time.Millisecond))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	call, _ := errors.AsType[*overlap.CallError](err)
	fmt.Println(call.Outcome, call.Input)
	// Output:
	// true
	// timed out 7
}

func ExampleAwait() {
	// No lock: under Loop nothing else runs between two Awaits.
	visits := map[string]int{}
	visit := overlap.Func(func(ctx context.Context, who string) (int, error) {
		visits[who]++
		_, err := overlap.Await(ctx, func() (string, error) {
			time.Sleep(time.Millisecond) // all of them wait at the same time
			return "", nil
		})
		return visits[who], err
	})
	_, err := overlap.Map(context.Background(), overlap.Loop(), visit, []string{"ann", "bob", "ann"})
	fmt.Println(visits["ann"], visits["bob"], err)
	// Output: 2 1 <nil>
}

func ExampleDescriber() {
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(8)} {
		fmt.Fprintln(os.Stdout, executor, "–", executor.(overlap.Describer).Describe().For)
	}
	// Output:
	// sync – the baseline; debugging
	// pool(8) – a fixed limit
}
