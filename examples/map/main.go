// Map replaces a hand-rolled worker pool by one line, and the strategy is one argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/overlap"
)

var size = overlap.Define("size", func(_ context.Context, file string) (int64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
})

func main() {
	files, _ := filepath.Glob("*.go")
	files = append(files, "no such file")
	for _, executor := range []overlap.Executor{overlap.Sync(), overlap.Pool(8), overlap.Async()} {
		sizes, err := overlap.Map(context.Background(), executor, size, files, overlap.KeepGoing())
		fmt.Printf("%v: %d sizes, %v\n", executor, len(sizes), err)
	}
}
