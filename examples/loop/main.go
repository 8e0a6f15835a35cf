// Calls on a Loop share state without locks: one executes at a time, and others run only while it is in Await.
package main

import (
	"context"
	"fmt"
	"time"

	"example.com/overlap"
)

func main() {
	balance := 0
	deposit := overlap.Func(func(ctx context.Context, amount int) (int, error) {
		before := balance
		balance = before + amount // no other call runs between these two lines
		return overlap.Await(ctx, func() (int, error) {
			time.Sleep(10 * time.Millisecond) // all thousand wait at the same time
			return before, nil
		})
	})
	amounts := make([]int, 1000)
	for i := range amounts {
		amounts[i] = i
	}
	_, err := overlap.Map(context.Background(), overlap.Loop(), deposit, amounts)
	fmt.Println(balance, err)
}
