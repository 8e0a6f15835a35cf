package process_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/overlap/process"
)

func TestPythonPathHasTheHelperBehindTheUsersOwn(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("HOME", cache) // where darwin has it
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("PYTHONPATH", "/of/the/user")
	want, err := os.ReadFile("python/overlap_worker.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []string{"", "cut off"} { // a file that is not whole is made again
		path, err := process.PythonPath()
		if err != nil {
			t.Fatal(err)
		}
		folders := filepath.SplitList(path)
		if len(folders) != 2 || folders[0] != "/of/the/user" || !strings.HasPrefix(folders[1], cache) {
			t.Fatalf("PythonPath() = %q, want the user's folder and one in the cache", path)
		}
		file := filepath.Join(folders[1], "overlap_worker.py")
		if got, err := os.ReadFile(file); err != nil || string(got) != string(want) {
			t.Errorf("%s has %d bytes and %v, want the %d of python/overlap_worker.py", file, len(got), err, len(want))
		}
		if err := os.WriteFile(file, []byte(damage), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPythonPathSaysWhyThereIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", file)
	t.Setenv("XDG_CACHE_HOME", file)
	if path, err := process.PythonPath(); err == nil || !strings.Contains(err.Error(), "overlap_worker.py") {
		t.Errorf("PythonPath() = %q, %v, want an error that names the file", path, err)
	}
}
