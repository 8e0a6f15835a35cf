//go:build unix

package outfile

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	file, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, text); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s has %q (%v), want %q", name, got, err, want)
	}
}

func wantLink(t *testing.T, name string) {
	t.Helper()
	if info, err := os.Lstat(name); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%s is no link any more: %v, %v", name, info, err)
	}
}

func wantAlone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		t.Errorf("want %v alone: %v, %v", names, entries, err)
	}
}

func TestLinksStayAndTheirTargetsAreReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o777); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"one": "two", "two": "a/there", "dangling": "a/new", "deep": "a/b"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../up", filepath.Join(dir, "a", "b", "away")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a", "there"), "old")
	write(t, filepath.Join(dir, "one"), "new")
	write(t, filepath.Join(dir, "dangling"), "first")
	write(t, filepath.Join(dir, "deep", "away"), "up")
	wantFile(t, filepath.Join(dir, "a", "there"), "new")
	wantFile(t, filepath.Join(dir, "a", "new"), "first")
	wantFile(t, filepath.Join(dir, "a", "up"), "up")
	for _, link := range []string{"one", "two", "dangling"} {
		wantLink(t, filepath.Join(dir, link))
	}
	if err := os.Symlink("loop", filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "loop"), nil); err == nil || !strings.Contains(err.Error(), "too many levels") {
		t.Errorf("a loop of links: %v", err)
	}
}

// A descriptor goes on where it is, whatever it leads to, and by whatever name.
func TestDescriptorsAreWritten(t *testing.T) {
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "redirected"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fd, err := syscall.Dup(int(file.Fd())) // without close-on-exec, as a shell hands it over
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	_, _ = io.WriteString(file, "before\n")
	names := []string{fmt.Sprintf("/dev/fd/%d", fd), fmt.Sprintf("/dev/../dev/fd/%d", fd)}
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		names = append(names, fmt.Sprintf("/proc/self/fd/%d", fd), fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), fd),
			fmt.Sprintf("/proc/thread-self/fd/%d", fd))
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(names[0], link); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("before\n")
	for _, name := range append(names, link) {
		write(t, name, name+"\n")
		want.WriteString(name + "\n")
	}
	wantFile(t, file.Name(), want.String())
	wantLink(t, link)
	wantAlone(t, dir, "redirected", "link")

	for name, says := range map[string]string{
		"/dev/fd/987654":                     "descriptor 987654 is not open",
		fmt.Sprintf("/dev/fd/%d", file.Fd()): "is not open", // the program's own, which no shell has handed over
	} {
		if _, err := Open(name, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want to be told that it %s", name, err, says)
		}
	}
	toRead, err := syscall.Open(file.Name(), syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(toRead)
	_, err = Open(fmt.Sprintf("/dev/fd/%d", toRead), nil)
	if err == nil || !strings.Contains(err.Error(), "for reading only") {
		t.Errorf("a descriptor to read from: %v", err)
	}
}

func TestPipesAndSocketsAreWritten(t *testing.T) {
	dir, err := os.MkdirTemp("", "outfile") // t.TempDir may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	pipe, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_ = listener.(*net.UnixListener).SetDeadline(time.Now().Add(time.Minute))
	read := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(pipe)
		read <- string(text)
	}()
	write(t, pipe, "through the pipe")
	if got := <-read; got != "through the pipe" {
		t.Errorf("the pipe's reader has %q", got)
	}
	write(t, socket, "through the socket")
	connection, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if got, err := io.ReadAll(connection); err != nil || string(got) != "through the socket" {
		t.Errorf("the socket's reader has %q, %v", got, err)
	}
	wantAlone(t, dir, "pipe", "socket")
}

func TestTheModeStays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	write(t, name, "old")
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	write(t, name, "new")
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v, %v", info, err)
	}
}

func TestWhatCannotBeWrittenIsSaidAtTheStart(t *testing.T) {
	dir := t.TempDir()
	for name, says := range map[string]string{
		"":                                   "the name is empty",
		dir:                                  "it is a directory",
		filepath.Join(dir, "new") + "/":      "it names a directory, and there is none",
		filepath.Join(dir, "missing", "out"): "no such file or directory",
		filepath.Join(dir, strings.Repeat("x", 256)): "file name too long",
	} {
		if _, err := Open(name, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want to be told that %s", name, err, says)
		}
	}
	wantAlone(t, dir)
	write(t, filepath.Join(dir, strings.Repeat("x", 255)), "as long as a name can be")
}

// What has been written is not deleted because it cannot be put in its place.
func TestAFailedCommitKeepsTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	file, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(file, "result\n")
	if err := os.Mkdir(name, 0o777); err != nil {
		t.Fatal(err)
	}
	err = file.Commit()
	if err == nil || !strings.Contains(err.Error(), "it is "+file.Part()) {
		t.Errorf("%v: want to be told where it is", err)
	}
	wantFile(t, file.Part(), "result\n")
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "there", "x")
	for link, to := range map[string]string{"link": "there", "dangling": "new"} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link("there", "hard"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"there", "./there", true},
		{"there", "link", true},
		{"there", "hard", true},
		{"new", "dangling", true},
		{"new", filepath.Join(dir, "new"), true},
		{"new", "there", false},
		{"new", "newer", false},
		{os.DevNull, os.DevNull, false},
		{os.DevNull, "new", false},
	} {
		a, err := Open(c.a, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Open(c.b, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Same(b); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
		a.Discard()
		b.Discard()
	}
}

// The file of a writer that was killed is told of, that of one that lives is not taken for one.
func TestLeftovers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	alive, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Discard()
	dead, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(dead, "result\n")
	dead.Keep() // as the end of its process would
	other, err := Open(name+".gz", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Discard()

	file, err := Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Discard()
	left, others := file.Leftovers()
	if len(left) != 1 || left[0].Path != dead.Part() || left[0].Info.Size() != 7 || others != 1 {
		t.Errorf("%+v and %d others: want %s alone, and one", left, others, dead.Part())
	}
}

func TestThePipeThatNobodyReadsIsGivenUp(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	close(stop)
	if _, err := Open(pipe, stop); !errors.Is(err, ErrStopped) {
		t.Errorf("%v, want ErrStopped", err)
	}
}
