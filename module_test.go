package overlap_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The README says how another module uses Overlap before it is published; this is that module.
func TestAnotherModuleUsesOverlapByReplace(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("main.go", `package main

import (
	"context"
	"fmt"
	"strings"

	"example.com/overlap"
)

var shout = overlap.Define("shout", func(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil })

func main() {
	fmt.Println(overlap.Map(context.Background(), overlap.Pool(4), shout, []string{"it", "works"}))
}
`)
	run := func(args ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // it may have to be built
		defer cancel()
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("mod", "init", "example.com/another")
	run("mod", "edit", "-require=example.com/overlap@v0.0.0", "-replace=example.com/overlap="+here)
	if got, want := run("run", "."), "[IT WORKS] <nil>\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	list := run("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	if list != "example.com/overlap/internal/tune\nexample.com/overlap\nexample.com/another\n" {
		t.Errorf("importing Overlap brings other packages along:\n%s", list)
	}
}
