//go:build unix

package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// docs/parallel.md has GNU parallel's command lines and ours beside them. Both are run here in folders of the same
// files, and must print the same and leave the same behind.
func TestCommandLinesOfParallel(t *testing.T) {
	text, err := os.ReadFile("../docs/parallel.md")
	if err != nil {
		t.Fatal(err)
	}
	_, missing := exec.LookPath("parallel")
	pairs := 0
	for section := range strings.SplitSeq(string(text), "\n### ") {
		title, rest, _ := strings.Cut(section, "\n")
		_, block, ok := strings.Cut(rest, "```\n")
		if !ok {
			continue
		}
		lines := strings.Split(block, "\n")
		theirs, ours := lines[0], lines[1]
		if !strings.Contains(theirs, "parallel ") || !strings.Contains(ours, "overlap exec ") {
			t.Fatalf("%s: the first line is to be parallel's, the second ours", title)
		}
		pairs++
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				t.Skip("it starts parallel, which takes long")
			}
			if missing != nil {
				t.Skip("GNU parallel is not installed: Debian has it as parallel")
			}
			if strings.Contains(theirs, "--csv") && exec.Command("perl", "-MText::CSV", "-e1").Run() != nil {
				t.Skip("Perl's Text::CSV is not installed, which parallel needs: Debian has it as libtext-csv-perl")
			}
			want, got := runLine(t, theirs), runLine(t, ours)
			if want != got {
				t.Errorf("%s\nleaves\n%s\n\n%s\nleaves\n%s", theirs, want, ours, got)
			}
		})
	}
	if pairs < 25 {
		t.Errorf("docs/parallel.md has %d pairs, and says 25", pairs)
	}
}

// runLine runs a line of bash in a folder of its own and returns what it printed and left there.
func runLine(t *testing.T, line string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.html": "<p>a", "b b.html": "<p>b", "sub/c.html": "<p>c",
		"a.txt": "line 1\nline 2\n", "b.txt": "line 1\n", "sub/it's $(x).txt": "line of sub\n",
		"one.png": "1", "two.png": "2", "list.txt": "first\nsecond one\nthird\n",
		"table.txt": "1;uno\n2;due\n", "people.csv": "name,age\nAda,36\n\"Hopper, Grace\",85\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil { // gzip keeps it
			t.Fatal(err)
		}
	}
	var big strings.Builder
	for i := range 100_000 {
		fmt.Fprintln(&big, i)
	}
	tools := t.TempDir()
	for path, content := range map[string]string{
		filepath.Join(dir, "big.txt"):   big.String(),
		filepath.Join(tools, "convert"): "#!/bin/sh\ncp \"$1\" \"$2\"\n", // stands in for ImageMagick's
	} {
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const prepare = "for f in one two; do echo $f | gzip -n >$f.gz; done; "
	cmd := exec.CommandContext(ctx, "bash", "-c", prepare+line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "PARALLEL_HOME="+tools, "HOME="+tools, "LC_ALL=C",
		"PARALLEL_SHELL="+cmd.Path) // else it looks for a shell among the processes above it, which need not be bash
	cmd.WaitDelay = 5 * time.Second
	var stdout strings.Builder
	cmd.Stdout = &stdout
	_ = cmd.Run() // how they end differs: parallel counts failures in its exit status
	if ctx.Err() != nil {
		t.Fatalf("%s does not end", line)
	}
	return "stdout:\n" + stdout.String() + "files:\n" + listed(t, dir)
}

// listed is the names and contents of all files in a folder.
func listed(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "big.txt" {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&all, "%s: %q\n", name, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
