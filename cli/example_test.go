package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"example.com/overlap"
	"example.com/overlap/cli"
)

var twice = overlap.Define("twice", func(_ context.Context, n int) (int, error) { return 2 * n, nil })

// A program with tasks of its own gets the whole command with cli.Main(twice); a test gives it what it reads and writes.
func ExampleRun() {
	args := []string{"yours", "run", "twice", "1", "21", "--on", "sync"}
	var out strings.Builder
	status := cli.Run(context.Background(), args, strings.NewReader(""), &out, io.Discard, twice)
	fmt.Println("status", status)
	for line := range strings.Lines(out.String()) {
		var result struct{ Input, Value int }
		fmt.Println(json.Unmarshal([]byte(line), &result), result.Input, result.Value)
	}
	// Output:
	// status 0
	// <nil> 1 2
	// <nil> 21 42
}
