package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"example.com/overlap"
	"example.com/overlap/process"
)

// A task that workers make is defined while the program starts, in the program and so in its workers.
var half = overlap.Define("half", func(_ context.Context, n int) (int, error) {
	if n == 13 {
		os.Exit(3) // takes the worker along, and no other call
	}
	return n / 2, nil
})

// The program's main calls process.Main before anything else; what it starts as workers goes no further.
func Example() {
	pool := process.New(2, process.Silent())
	defer pool.Close()
	values, err := overlap.Map(context.Background(), pool, half, []int{10, 13, 20}, overlap.KeepGoing())
	died, ok := errors.AsType[*process.DiedError](err)
	fmt.Println(values, ok && died.Started)
	// Output: [5 0 10] true
}
