package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/process"
	"example.com/overlap/tasks/fetch"
)

// The snippets of README.md, in programs that compile. TestReadmeSnippetsCompile sees to it that each of their lines is here.

func readmeFetch(ctx context.Context, fetch *overlap.Task[fetch.Request, fetch.Page], urls []fetch.Request) ([]fetch.Page, error) {
	pages, err := overlap.Map(ctx, overlap.Async(), fetch, urls) // the strategy is one argument
	return pages, err
}

func readmeTask() *overlap.Task[string, int] {
	var length = overlap.Define("length", func(ctx context.Context, word string) (int, error) {
		if word == "" {
			return 0, errors.New("no word")
		}
		return len(word), nil
	})
	return length
}

func ExampleTask() {
	ctx, length := context.Background(), readmeTask()
	words, text, workers := []string{"two", "words"}, "one\ntwo\n", overlap.Pool(2)

	lengths, err := overlap.Map(ctx, overlap.Pool(8), length, words)
	fmt.Println(lengths, err)

	for r := range overlap.Stream(ctx, overlap.Pool(8), length, strings.Lines(text), overlap.Ordered()) {
		fmt.Println(r.Input, r.Value, r.Err)
	}

	g := overlap.NewGroup(ctx, workers)
	a, b := overlap.Submit(g, length, "first"), overlap.Submit(g, length, "second")
	n, err := a.Wait(ctx)
	fmt.Println(n, err, b.Outcome() == overlap.Failed)
	err = g.Wait()
	fmt.Println(err)
	// Output:
	// [3 5] <nil>
	// one
	//  4 <nil>
	// two
	//  4 <nil>
	// 5 <nil> false
	// <nil>
}

type Size struct{ Width, Height int }

func readmeProcess(ctx context.Context, resize *overlap.Task[string, Size], files []string) ([]Size, error) {
	process.Main() // first: it does not return in a worker
	workers := process.New(4)
	defer workers.Close()
	sizes, err := overlap.Map(ctx, workers, resize, files, overlap.Timeout(10*time.Second))
	return sizes, err
}

func readmeCommand(resize *overlap.Task[string, Size]) {
	main := func() { cli.Main(resize) }
	main()
}

var _ = []any{readmeFetch, readmeProcess, readmeCommand}

func TestReadmeSnippetsCompile(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]bool{}
	for line := range strings.Lines(string(here)) {
		compiled[squeeze(line)] = true
	}
	checked := 0
	for i, block := range strings.Split(string(readme), "```") {
		code, isGo := strings.CutPrefix(block, "go\n")
		if i%2 == 0 || !isGo {
			continue
		}
		for line := range strings.Lines(code) {
			line = squeeze(line)
			switch {
			case line == "" || line == "}" || strings.Contains(line, "…") || line == "func main() {":
			case compiled[line] || compiled[strings.Replace(line, "func main() {", "main := func() {", 1)]:
				checked++
			default:
				t.Errorf("README.md has a line of Go that nothing compiles: %s", line)
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d lines of Go were found in README.md", checked)
	}
}

// squeeze makes lines comparable whatever their indentation and alignment.
func squeeze(line string) string { return strings.Join(strings.Fields(line), " ") }
