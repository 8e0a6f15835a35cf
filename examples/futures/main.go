// Futures in a group: the first of several sources that answers wins, and nothing is left running.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/overlap"
)

type source struct {
	name  string
	after time.Duration
}

var ask = overlap.Define("ask", func(ctx context.Context, s source) (string, error) {
	select {
	case <-time.After(s.after):
		return "the answer of " + s.name, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
})

func main() {
	ctx := context.Background()
	group := overlap.NewGroup(ctx, overlap.Async())
	slow := overlap.Submit(group, ask, source{"the slow one", time.Hour})
	fast := overlap.Submit(group, ask, source{"the fast one", time.Millisecond})

	ended, _ := overlap.FirstCompleted(ctx, slow, fast)
	fmt.Println(len(ended), "has ended")
	fmt.Println(fast.Wait(ctx))

	slow.Cancel() // its context ends; its siblings go on
	_, err := slow.Wait(ctx)
	fmt.Println(slow.Outcome(), errors.Is(err, overlap.ErrFutureCanceled))
	fmt.Println(group.Wait())
}
