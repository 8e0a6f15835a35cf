package overlap_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/cluster"
	"example.com/overlap/compare"
	"example.com/overlap/durable"
	"example.com/overlap/overlaptest"
	"example.com/overlap/process"
	"example.com/overlap/report"
	"example.com/overlap/tasks/fetch"
)

// The snippets of README.md and docs/, in programs that compile. TestSnippetsCompile sees to it that each line of theirs
// is here.

func docFetch(ctx context.Context, fetch *overlap.Task[fetch.Request, fetch.Page], urls []fetch.Request) ([]fetch.Page, error) {
	pages, err := overlap.Map(ctx, overlap.Async(), fetch, urls) // the strategy is one argument
	return pages, err
}

func docTask() *overlap.Task[string, int] {
	var length = overlap.Define("length", func(ctx context.Context, word string) (int, error) {
		if word == "" {
			return 0, errors.New("no word")
		}
		return len(word), nil
	})
	return length
}

func ExampleTask() {
	ctx, length := context.Background(), docTask()
	words, text, workers := []string{"two", "words"}, "one\ntwo\n", overlap.Pool(2)

	lengths, err := overlap.Map(ctx, overlap.Pool(8), length, words)
	fmt.Println(lengths, err)

	for r := range overlap.Stream(ctx, workers, length, strings.Lines(text), overlap.Ordered()) {
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

func ExampleFunc() {
	ctx, greeting, names := context.Background(), "hello", []string{"Ada", "Grace"}

	hello := overlap.Func(func(ctx context.Context, name string) (string, error) {
		return greeting + ", " + name, nil
	})
	texts, err := overlap.Map(ctx, overlap.Pool(8), hello, names, overlap.Timeout(time.Second))
	fmt.Println(texts, err)
	// Output:
	// [hello, Ada hello, Grace] <nil>
}

type Size struct{ Width, Height int }

func docProcess(ctx context.Context, resize *overlap.Task[string, Size], files []string) ([]Size, error) {
	process.Main() // first: it does not return in a worker
	workers := process.New(4)
	defer workers.Close()
	sizes, err := overlap.Map(ctx, workers, resize, files, overlap.Timeout(10*time.Second))
	return sizes, err
}

func docAutoOver(ctx context.Context, resize *overlap.Task[string, Size], images []string) error {
	pool := process.New(64, process.OnDemand()) // at most 64
	defer pool.Close()
	_, err := overlap.Map(ctx, overlap.Auto(overlap.Over(pool)), resize, images)
	return err
}

func docCluster(
	ctx context.Context, fetch *overlap.Task[fetch.Request, fetch.Page], urls []fetch.Request,
) ([]fetch.Page, error) {
	process.Main() // first: the worker's processes are this program
	engine, err := cluster.Embedded(cluster.Listen(":7422"))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	workers := process.New(8)
	defer workers.Close()
	go cluster.Work(ctx, engine.Join(), workers, 8) // here; a program elsewhere calls it with the same string
	pages, err := overlap.Map(ctx, engine, fetch, urls)
	return pages, err
}

func docVersion(makeThumbnail func(context.Context, string) (Size, error)) *overlap.Task[string, Size] {
	var thumbnail = overlap.Define("thumbnail", makeThumbnail, overlap.Version("2"))
	return thumbnail
}

func docCommand(resize *overlap.Task[string, Size]) {
	main := func() { cli.Main(resize) }
	main()
}

func docConformance(t *testing.T, newMine func() overlap.Executor) {
	overlaptest.TestExecutor(t, func() overlap.Executor { return newMine() }, overlaptest.Capabilities{Limit: 4})
}

func docLimits(
	ctx context.Context, fetch *overlap.Task[string, string], urls []string, host func(string) string,
) ([]overlap.Result[string, string], error) {
	byHost := overlap.PerKey(host, overlap.AtOnce(2), overlap.Rate(10, time.Second))
	results, err := overlap.MapResults(ctx, overlap.Pool(32), fetch, urls, overlap.Rate(100, time.Second), byHost,
		overlap.HaltPolicy{On: overlap.OnFailure, Percent: 20}, overlap.TimeLimit(time.Hour))
	return results, err
}

func docDurable(ctx context.Context, fetch *overlap.Task[string, string], urls iter.Seq[string]) error {
	for r := range durable.Stream(ctx, overlap.Pool(8), fetch, urls, durable.File{Name: "pages.jsonl"}) {
		if r.Index < 0 {
			return r.Err // why the job is not done: the results so far are in pages.jsonl.part
		}
	}
	return nil
}

func docAuto() overlap.Executor {
	auto := overlap.Auto(overlap.Explain(func(r overlap.AutoReport) { fmt.Println(r.Class) }))
	return auto
}

func docMeasure(ctx context.Context, resize *overlap.Task[string, Size]) error {
	compare.Main() // first in main: each measurement is made by this program, started again
	measured, err := compare.Measure(ctx, resize, "a.png", "b.png")
	if err != nil {
		return err
	}
	return report.WriteText(os.Stdout, measured, report.Style{Width: 100})
}

var _ = []any{docCluster, docMeasure, docDurable, docAuto, docFetch, docLimits, docProcess, docAutoOver, docCommand, docVersion,
	docConformance}

func TestSnippetsCompile(t *testing.T) {
	here, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]bool{}
	for line := range strings.Lines(string(here)) {
		compiled[squeeze(line)] = true
	}
	checked := 0
	for _, page := range pages(t) {
		for _, code := range snippets(t, page, "go") {
			for line := range strings.Lines(code) {
				line = squeeze(line)
				opens := strings.HasPrefix(line, "func main() {") || strings.HasPrefix(line, "func Test")
				switch {
				case line == "" || line == "}" || strings.Contains(line, "…") || opens && strings.HasSuffix(line, "{"):
				case compiled[line] || compiled[strings.Replace(line, "func main() {", "main := func() {", 1)]:
					checked++
				default:
					t.Errorf("%s has a line of Go that nothing compiles: %s", page, line)
				}
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d lines of Go were found", checked)
	}
}

// A reader gets through the README in five minutes, in a terminal as well.
func TestReadmeIsShortAndNarrow(t *testing.T) {
	text := read(t, "README.md")
	if words := len(strings.Fields(text)); words > 1500 {
		t.Errorf("README.md has %d words: what exceeds 1,500 belongs in docs/", words)
	}
	for line := range strings.Lines(text) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 100 {
			t.Errorf("README.md has a line of %d columns: %s", width, line)
		}
	}
}

// Each relative link of a page leads to a file.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), found[1])); err != nil {
				t.Errorf("%s has a link to %s: %v", page, found[1], err)
			}
		}
	}
}

// The function in Python that the README shows is called here as it stands there.
func TestTheFunctionInPythonRuns(t *testing.T) {
	code := snippets(t, "README.md", "python")
	if len(code) != 1 {
		t.Fatalf("README.md has %d blocks of Python, want 1", len(code))
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path, err := process.PythonPath()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "my_task.py")
	if err := os.WriteFile(file, []byte(code[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	workers := process.Command([]string{python, file}, 1, process.Environment("PYTHONPATH="+path))
	defer workers.Close()
	got, err := overlap.Map(ctx, workers, process.Remote[string, int]("digits"), []string{"a1b22", ""})
	if err != nil || len(got) != 2 || got[0] != 3 || got[1] != 0 {
		t.Errorf("the README's function gives %v, %v for a text with three digits and one without, want 3 and 0", got, err)
	}
}

// pages are the README, and the pages of docs.
func pages(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("docs/*.md")
	if err != nil || len(all) == 0 {
		t.Fatalf("no pages in docs: %v", err)
	}
	return append(all, "README.md")
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// snippets are the blocks of code of a page in a language.
func snippets(t *testing.T, page, language string) []string {
	t.Helper()
	var found []string
	for i, block := range strings.Split(read(t, page), "```") {
		if code, ok := strings.CutPrefix(block, language+"\n"); ok && i%2 == 1 {
			found = append(found, code)
		}
	}
	return found
}

// squeeze makes lines comparable whatever their indentation and alignment.
func squeeze(line string) string { return strings.Join(strings.Fields(line), " ") }
