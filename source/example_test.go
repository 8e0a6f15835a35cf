package source_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/overlap"
	"example.com/overlap/source"
)

// The lines of files and of standard input, here a text, are the inputs of a job as they are read.
func ExampleOpen() {
	double := overlap.Func(func(_ context.Context, n int) (int, error) { return 2 * n, nil })
	ctx := context.Background()
	numbers, err := source.Open(ctx, source.Lines, strings.NewReader("1\n2\n\n3\n"), "-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer numbers.Close()
	for r := range overlap.StreamErr(ctx, overlap.Sync(), double, source.Inputs(double, numbers)) {
		fmt.Println(r.Input, r.Value, r.Err)
	}
	// Output:
	// 1 2 <nil>
	// 2 4 <nil>
	// 3 6 <nil>
}

// Arguments of a task that takes whole numbers may be ranges of them.
func ExampleArguments() {
	square := overlap.Func(func(_ context.Context, n int) (int, error) { return n * n, nil })
	numbers, err := source.Arguments(square, []string{"1..3", "10"})
	fmt.Println(numbers.Count, err)
	_, err = source.Arguments(square, []string{"1-3"})
	if bad, ok := errors.AsType[*source.ArgumentError](err); ok {
		fmt.Println(bad.Text, "was meant to be", bad.Meant)
	}
	// Output:
	// 4 <nil>
	// 1-3 was meant to be 1..3
}
