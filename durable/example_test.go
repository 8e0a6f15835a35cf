package durable_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/durable"
)

// The same loop again makes only the calls that are missing.
func ExampleStream() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	shout := overlap.Define("shout", func(_ context.Context, word string) (string, error) {
		return strings.ToUpper(word), nil
	})
	words := []string{"a", "b", "c"}
	file := durable.File{Name: filepath.Join(dir, "words.jsonl"), Ordered: true}

	for r := range durable.Stream(context.Background(), overlap.Sync(), shout, slices.Values(words), file) {
		fmt.Println("first run:", r.Value, r.Err)
		break // as a kill would
	}
	for r := range durable.Stream(context.Background(), overlap.Sync(), shout, slices.Values(words), file) {
		fmt.Println("second run:", r.Value, r.Err)
	}
	lines, err := os.ReadFile(file.Name)
	fmt.Println(strings.Count(string(lines), "\n"), "lines", err)
	// Output:
	// first run: A <nil>
	// second run: B <nil>
	// second run: C <nil>
	// 3 lines <nil>
}
