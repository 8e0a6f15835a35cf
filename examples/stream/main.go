// Stream works through inputs without end in constant memory: what waits is bounded by the window, and a break ends it all.
package main

import (
	"context"
	"fmt"
	"iter"

	"example.com/overlap"
)

var collatz = overlap.Define("collatz", func(_ context.Context, n int) (int, error) {
	steps := 0
	for ; n != 1; steps++ {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
	}
	return steps, nil
})

func naturals() iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := 1; yield(n); n++ {
		}
	}
}

func main() {
	longest := 0
	for r := range overlap.Stream(context.Background(), overlap.Pool(4), collatz, naturals(), overlap.Ordered()) {
		if r.Value > longest {
			longest = r.Value
			fmt.Printf("%d takes %d steps\n", r.Input, r.Value)
		}
		if longest > 200 {
			break
		}
	}
}
