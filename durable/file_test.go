package durable_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
	"example.com/overlap/durable"
)

// No call is made with an input in a place where it does not belong: had it a result, that would be in the way for
// ever.
func TestNoCallOfOtherInputsIsMade(t *testing.T) {
	file := newFile(t)
	inputs := texts(0, 100)
	stream(file, inputs, 40, overlap.Ordered())
	if o := stream(file, append([]string{"new"}, inputs...), 0); o.made > 0 || o.err == nil {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	if o := stream(file, inputs, 0); o.err != nil || o.made == 0 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, inputs, false)
}

// What is not durable, and what is somebody else's, is not touched.
func TestFilesThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign")
	if err := os.WriteFile(foreign+".part", []byte("a download\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.part"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "late.part.new"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", filepath.Join(dir, "link.part")); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]string{
		foreign:                          "no file of unfinished results",
		dir:                              "is a directory",
		filepath.Join(dir, "folder"):     "no regular file",
		filepath.Join(dir, "link"):       "no regular file",
		filepath.Join(dir, "late"):       "late.part.new: it is no regular file",
		filepath.Join(dir, "no", "file"): "no such file",
	} {
		if runtime.GOOS == "windows" {
			want = ""
		}
		o := stream(durable.File{Name: name}, texts(0, 3), 0)
		if o.err == nil || !strings.Contains(o.err.Error(), want) || o.made > 0 {
			t.Errorf("%s: %v, want %s", name, o.err, want)
		}
	}
	if text, _ := os.ReadFile(foreign + ".part"); string(text) != "a download\n" {
		t.Errorf("it is now %q", text)
	}
	if o := stream(durable.File{Name: os.DevNull}, texts(0, 3), 0); !errors.Is(o.err, durable.ErrNotReplaceable) {
		t.Errorf("the null device: %v", o.err)
	}
}

func TestAFinishedFileThatIsNone(t *testing.T) {
	file := newFile(t)
	if err := os.WriteFile(file.Name, []byte("a,b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, file.DryRun = range []bool{true, false} {
		file.Resume = true
		_, err := durable.Open(file)
		if err == nil || !strings.Contains(err.Error(), "line 1 of "+file.Name+" is no result") {
			t.Errorf("%v", err)
		}
		if got := contents(t, filepath.Dir(file.Name)); got != "out.jsonl\na,b\n\n" {
			t.Errorf("there is now %q", got)
		}
	}
}

// Results that cannot be put in their place stay where they are, and the same run again puts them there.
func TestAPlaceThatIsTaken(t *testing.T) {
	file := newFile(t)
	stream(file, texts(0, 10), 5, overlap.Ordered())
	var failure error
	for r := range durable.Stream(context.Background(), overlap.Sync(), upper, func(yield func(string) bool) {
		if err := os.MkdirAll(file.Name, 0o777); err != nil {
			t.Fatal(err)
		}
		slices.Values(texts(0, 10))(yield)
	}, file) {
		failure = r.Err
	}
	if failure == nil || !strings.Contains(failure.Error(), file.Name+".part, whole") {
		t.Errorf("the run ended with %v", failure)
	}
	if err := os.Remove(file.Name); err != nil {
		t.Fatal(err)
	}
	if o := stream(file, texts(0, 10), 0); o.err != nil || o.made > 0 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, texts(0, 10), false)
}

// Who removes the partial file of a run has the results nevertheless, if they can be put in their place.
func TestThePartialFileIsRemoved(t *testing.T) {
	for _, all := range []bool{false, true} {
		file := durable.File{Name: filepath.Join(t.TempDir(), "folder", "out.jsonl")}
		if err := os.Mkdir(filepath.Dir(file.Name), 0o777); err != nil {
			t.Fatal(err)
		}
		var last error
		for r := range durable.Stream(context.Background(), overlap.Sync(), upper, func(yield func(string) bool) {
			err := os.Remove(file.Name + ".part")
			if all {
				err = os.RemoveAll(filepath.Dir(file.Name))
			}
			if err != nil {
				t.Skip(err) // on Windows
			}
			slices.Values(texts(0, 10))(yield)
		}, file) {
			last = r.Err
		}
		if all && (last == nil || !strings.Contains(last.Error(), "nor are they in "+file.Name+".part any more")) {
			t.Errorf("%v", last)
		}
		if !all {
			if last != nil {
				t.Error(last)
			}
			wantAll(t, file.Name, texts(0, 10), false)
		}
	}
}

func TestAMemberIsTheKey(t *testing.T) {
	type page struct {
		ID   int    `json:"id"`
		Note string `json:"note"`
	}
	var made int
	fetch := overlap.Define("keyed", func(_ context.Context, in page) (int, error) {
		made++
		return in.ID, nil
	})
	file := newFile(t)
	file.KeyField, file.Resume = "id", true
	pages := []page{{1, "a"}, {2, "a"}, {3, "a"}}
	for range durable.Stream(context.Background(), overlap.Sync(), fetch, slices.Values(pages), file) {
	}
	pages = []page{{3, "b"}, {4, "b"}, {1, "b"}}
	for range durable.Stream(context.Background(), overlap.Sync(), fetch, slices.Values(pages), file) {
	}
	if made != 4 {
		t.Errorf("%d calls, want 1 more than 3", made)
	}
	file.KeyField = "name"
	var last error
	for r := range durable.Stream(context.Background(), overlap.Sync(), fetch, slices.Values(pages), file) {
		last = r.Err
	}
	if last == nil || !strings.Contains(last.Error(), "has no name") {
		t.Errorf("an input without the member: %v", last)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	for _, finished := range []bool{false, true} {
		file := newFile(t)
		inputs := append(texts(0, 50), "bad")
		leaveAfter := 20
		if finished {
			leaveAfter = 0
		}
		stream(file, inputs, leaveAfter, overlap.Ordered())
		before := contents(t, filepath.Dir(file.Name))
		file.DryRun, file.Resume = true, finished
		file.Job = map[string]string{"task": upper.Name()}
		run, err := durable.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		var would []string
		all := append([]string{}, inputs...)
		all = append(all, "new")
		for call, err := range durable.Remaining(run, withoutErrors(all), nil) {
			if err != nil {
				t.Fatal(err)
			}
			would = append(would, call.Input)
		}
		want := []string{"new"}
		if !finished {
			want = all[20:]
		}
		if !slices.Equal(would, want) {
			t.Errorf("finished %v: %d calls would be made, want %d", finished, len(would), len(want))
		}
		if done, err := run.Close(); done || err != nil {
			t.Errorf("closed: %v, %v", done, err)
		}
		if after := contents(t, filepath.Dir(file.Name)); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	}
}

func withoutErrors(all []string) func(func(string, error) bool) {
	return func(yield func(string, error) bool) {
		for _, text := range all {
			if !yield(text, nil) {
				return
			}
		}
	}
}

// contents are all files in a folder.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(entry.Name() + "\n" + string(text) + "\n")
	}
	return all.String()
}

func TestWhatARunHasChosenIsFound(t *testing.T) {
	file := newFile(t)
	if _, ok := durable.Unfinished(file.Name); ok {
		t.Error("a run did not finish that never was")
	}
	file.Chosen = map[string]string{"seed": "7"}
	stream(file, texts(0, 50), 20)
	if chosen, ok := durable.Unfinished(file.Name); !ok || chosen["seed"] != "7" {
		t.Errorf("%v, %v", chosen, ok)
	}
	stream(file, texts(0, 50), 0)
	if _, ok := durable.Unfinished(file.Name); ok {
		t.Error("a run did not finish that has")
	}
}

func TestASymbolicLinkStays(t *testing.T) {
	file := newFile(t)
	link := filepath.Join(filepath.Dir(file.Name), "link")
	if err := os.Symlink("out.jsonl", link); err != nil {
		t.Skip(err)
	}
	target := file.Name
	file.Name = link
	stream(file, texts(0, 10), 3)
	if _, err := os.Stat(target + ".part"); err != nil {
		t.Error(err)
	}
	stream(file, texts(0, 10), 0)
	if to, err := os.Readlink(link); err != nil || to != "out.jsonl" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	wantAll(t, target, texts(0, 10), false)
}

func TestProgress(t *testing.T) {
	file := newFile(t)
	stream(file, append([]string{"bad"}, texts(0, 50)...), 20, overlap.Ordered())
	var told []durable.Progress
	file.Total, file.Progress = 51, func(p durable.Progress) { told = append(told, p) }
	stream(file, append([]string{"bad"}, texts(0, 50)...), 0)
	first, last := told[0], told[len(told)-1]
	if first.Done != 20 || first.Before != 20 || first.Failed != 1 || first.ToDo() != 31 {
		t.Errorf("at first %+v", first)
	}
	if last.Done != 51 || last.Before != 20 || last.Failed != 1 || last.ToDo() != 0 || last.Rate <= 0 {
		t.Errorf("at last %+v", last)
	}
}

// A name that has no room for what stands behind it until the end is refused at the beginning.
func TestNameThatIsTooLongForItsPartialFile(t *testing.T) {
	dir := t.TempDir()
	for _, length := range []int{246, 247, 250, 251, 255} {
		name := filepath.Join(dir, strings.Repeat("n", length))
		r, err := durable.Open(durable.File{Name: name})
		if length == 246 {
			if err != nil {
				t.Skipf("the file system has no names of 255 bytes: %v", err)
			}
			r.Close()
			continue
		}
		if err == nil {
			r.Close()
			t.Errorf("a name of %d bytes is taken", length)
		} else if !strings.Contains(err.Error(), "its name is too long for .part.new behind it") {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// Results that are too large to wait with others for the disk are as safe as those.
func TestLargeResults(t *testing.T) {
	file := newFile(t)
	inputs := texts(0, 9)
	for i := 0; i < len(inputs); i += 2 {
		inputs[i] += strings.Repeat("x", 1<<20)
	}
	if o := stream(file, inputs, 5, overlap.Ordered()); len(o.results) != 5 {
		t.Fatalf("%d results, %v", len(o.results), o.err)
	}
	if o := stream(file, inputs, 0, overlap.Ordered()); o.err != nil || o.made > 4 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, inputs, true)
}
