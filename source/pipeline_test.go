package source_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/source"
)

var executors = map[string]func() overlap.Executor{
	"sync": overlap.Sync, "async": overlap.Async, "pool": func() overlap.Executor { return overlap.Pool(3) },
}

// underEach runs a test in a bubble under several executors.
func underEach(t *testing.T, test func(t *testing.T, executor func() overlap.Executor)) {
	for name, executor := range executors {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, executor) })
		})
	}
}

func double(_ context.Context, n int) (int, error) { return 2 * n, nil }

func TestBatches(t *testing.T) {
	for n, want := range map[int]string{1: "[[1] [2] [3] [4]]", 3: "[[1 2 3] [4]]", 4: "[[1 2 3 4]]", 5: "[[1 2 3 4]]"} {
		got := fmt.Sprint(slices.Collect(source.Batches(slices.Values([]int{1, 2, 3, 4}), n)))
		if got != want {
			t.Errorf("by %d: %s, want %s", n, got, want)
		}
	}
	broken := errors.New("broken")
	var got []string
	for batch, err := range source.BatchesErr(failing([]int{1, 2, 3}, broken), 2) {
		got = append(got, fmt.Sprint(batch, err))
	}
	if !slices.Equal(got, []string{"[1 2] <nil>", "[3] <nil>", "[] broken"}) {
		t.Errorf("%q", got)
	}
	for range source.BatchesErr(failing([]int{1, 2, 3}, broken), 1) {
		break
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "a batch of 0 makes no sense") {
			t.Error(r)
		}
	}()
	source.Batches(slices.Values([]int{1}), 0)
}

func failing[T any](values []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
		var none T
		yield(none, err)
	}
}

func TestChannelEnds(t *testing.T) {
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		values := make(chan int)
		go func() {
			for i := range 3 {
				values <- i
			}
		}()
		n := 0
		for r := range source.Within(t.Context(), func(ctx context.Context) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(double), source.Channel(ctx, values))
		}) {
			if n++; r.Err != nil || r.Value != 2*r.Input {
				t.Errorf("%+v", r)
			}
			if n == 3 {
				break // though no more come, and the channel stays open
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := slices.Collect(source.Channel(ctx, values)); len(got) > 0 {
			t.Error(got)
		}
		close(values)
		if got := slices.Collect(source.Channel(t.Context(), values)); len(got) > 0 {
			t.Error(got)
		}
	})
}

// links are what each page of a little web leads to.
var links = map[string][]string{"a": {"b", "c"}, "b": {"a", "d"}, "c": {"d", "e"}, "d": {}, "e": {"a", "f"}, "f": {"f"}}

func TestCrawl(t *testing.T) {
	fetch := func(_ context.Context, page string) ([]string, error) {
		time.Sleep(time.Second)
		return links[page], nil
	}
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		for _, byCalls := range []bool{false, true} {
			pages := source.NewQueue("a")
			visit := fetch
			if byCalls {
				visit = func(ctx context.Context, page string) ([]string, error) {
					found, err := fetch(ctx, page)
					pages.Add(found...)
					return found, err
				}
			}
			crawl := func(ctx context.Context, in iter.Seq[string]) iter.Seq[overlap.Result[string, []string]] {
				return overlap.Stream(ctx, executor(), overlap.Func(visit), in)
			}
			var seen []string
			take := func(most int) {
				for r := range source.Crawl(t.Context(), pages, crawl) {
					seen = append(seen, r.Input)
					if !byCalls {
						pages.Add(r.Value...)
					}
					if len(seen) == most {
						break
					}
				}
			}
			take(6)
			if slices.Sort(seen); strings.Join(seen, "") != "abcdef" {
				t.Errorf("by calls %v: %q", byCalls, seen)
			}
			take(-1)
			if len(seen) != 6 {
				t.Errorf("a second crawl with nothing to do: %q", seen)
			}
			if pages.Add("a", "g") != 1 {
				t.Error("a is new, or g is not")
			}
			take(-1)
			if len(seen) != 7 {
				t.Errorf("a second crawl: %q", seen)
			}
		}
	})
}

func TestCrawlEndsWithItsContext(t *testing.T) {
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		numbers := source.NewQueue(0)
		stuck := overlap.Func(func(ctx context.Context, n int) (int, error) {
			numbers.Add(n + 1)
			select {
			case <-time.After(time.Second):
				return n, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		n := 0
		for range source.Crawl(ctx, numbers, func(ctx context.Context, in iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), stuck, in, overlap.Window(2))
		}) {
			n++
		}
		if n < 10 {
			t.Error(n)
		}
	})
}

func TestThen(t *testing.T) {
	odd := errors.New("odd")
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		numbers := func(yield func(int) bool) {
			for n := 0; n < 40 && yield(n); n++ {
			}
		}
		first := func(ctx context.Context) iter.Seq[overlap.Result[int, string]] {
			return overlap.Stream(ctx, executor(), overlap.Func(func(_ context.Context, n int) (string, error) {
				if n%2 == 1 {
					return "", odd
				}
				return fmt.Sprint(n), nil
			}), numbers)
		}
		long := errors.New("long")
		second := func(ctx context.Context, in iter.Seq[string]) iter.Seq[overlap.Result[string, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(func(_ context.Context, s string) (int, error) {
				if len(s) > 1 && s[0] == '2' {
					return 0, long
				}
				return len(s), nil
			}), in, overlap.Window(3))
		}
		seen := map[int]bool{}
		for r := range source.Then(t.Context(), first, second) {
			want, wantErr := len(fmt.Sprint(r.Input)), error(nil)
			switch {
			case r.Input%2 == 1:
				want, wantErr = 0, odd
			case r.Input >= 20 && r.Input < 30:
				want, wantErr = 0, long
			}
			if r.Index != r.Input || seen[r.Index] || r.Value != want || !errors.Is(r.Err, wantErr) {
				t.Errorf("%+v", r)
			}
			seen[r.Index] = true
		}
		if len(seen) != 40 {
			t.Errorf("%d results", len(seen))
		}
	})
}

func TestThenStopsBothAtOnce(t *testing.T) {
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		start := time.Now()
		patient := overlap.Func(func(ctx context.Context, n int) (int, error) {
			if n < 1 {
				return n, nil
			}
			select {
			case <-time.After(time.Hour):
				return n, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		endless := func(yield func(int) bool) {
			for n := 0; yield(n); n++ {
			}
		}
		first := func(ctx context.Context) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), patient, endless, overlap.Window(4))
		}
		second := func(ctx context.Context, in iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(double), in)
		}
		for r := range source.Then(t.Context(), first, second) {
			if r.Input != 0 {
				t.Errorf("%+v", r)
			}
			break // while the first stream waits for an hour
		}
		if took := time.Since(start); took > time.Minute {
			t.Error(took)
		}
	})
}

// Failures of the first stream are seen though the second has nothing to do, and hold the first up where nobody takes
// them.
func TestThenPassesFailuresBy(t *testing.T) {
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		broken := errors.New("broken")
		drawn := 0
		endless := func(yield func(int) bool) {
			for drawn = 0; yield(drawn); drawn++ {
			}
		}
		first := func(ctx context.Context) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(func(context.Context, int) (int, error) { return 0, broken }),
				endless, overlap.Window(4))
		}
		second := func(ctx context.Context, in iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(double), in, overlap.Window(4))
		}
		third := func(ctx context.Context) iter.Seq[overlap.Result[int, int]] { return source.Then(ctx, first, second) }
		n := 0
		for r := range source.Then(t.Context(), third, second) {
			if r.Input != r.Index || !errors.Is(r.Err, broken) {
				t.Errorf("%+v", r)
			}
			time.Sleep(time.Second)
			if n++; n == 20 {
				break
			}
		}
		if drawn > 40 {
			t.Errorf("%d drawn for 20 results", drawn)
		}
	})
}

func TestThenWhenTheContextEnds(t *testing.T) {
	underEach(t, func(t *testing.T, executor func() overlap.Executor) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		second := overlap.Func(func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		drawn := 0
		endless := func(yield func(int) bool) {
			for yield(drawn) {
				drawn++
			}
		}
		left := map[int]int{}
		for r := range source.Then(ctx, func(ctx context.Context) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), overlap.Func(double), endless, overlap.Window(4))
		}, func(ctx context.Context, in iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
			return overlap.Stream(ctx, executor(), second, in, overlap.Window(4))
		}) {
			if left[r.Index]++; !errors.Is(r.Err, context.DeadlineExceeded) {
				t.Errorf("%+v", r)
			}
		}
		for i := range len(left) - 1 {
			if left[i] != 1 {
				t.Errorf("%d results of input %d of %d", left[i], i, drawn)
			}
		}
	})
}

func TestThenPassesPanicsOn(t *testing.T) {
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "what a mess") {
			t.Error(r)
		}
	}()
	mess := overlap.Func(func(context.Context, int) (int, error) { panic("what a mess") })
	for range source.Then(t.Context(), func(ctx context.Context) iter.Seq[overlap.Result[int, int]] {
		return overlap.Stream(ctx, overlap.Pool(1), overlap.Func(double), slices.Values([]int{1}))
	}, func(ctx context.Context, in iter.Seq[int]) iter.Seq[overlap.Result[int, int]] {
		return overlap.Stream(ctx, overlap.Pool(1), mess, in, overlap.PropagatePanics())
	}) {
	}
}
