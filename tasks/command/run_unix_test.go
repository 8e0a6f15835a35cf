//go:build unix

package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
	"example.com/overlap/source"
	"example.com/overlap/tasks/command"
)

func sh(script string, arguments ...string) command.Input {
	in := command.Input{Words: []command.Text{"sh", "-c", command.Text(script), "sh"}}
	for _, argument := range arguments {
		in.Words = append(in.Words, command.Text(argument))
	}
	return in
}

func errorOf(err error) (*command.Error, bool) { return errors.AsType[*command.Error](err) }

func bytesOf(t *testing.T, o *command.Output) string {
	t.Helper()
	b, err := o.Bytes()
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func run(t *testing.T, in command.Input) (command.Value, *command.Error) {
	t.Helper()
	v, err := command.New(command.Options{}).Run(t.Context(), in)
	if err == nil {
		return v, nil
	}
	failed, ok := errorOf(err)
	if !ok {
		t.Fatalf("%v: the error is a %T", in, err)
	}
	if failed.Value != nil {
		return *failed.Value, failed
	}
	return v, failed
}

func TestRun(t *testing.T) {
	special := `My brother's 12" *** record  (costs $$$).jpg; touch injected` + "\n\xff"
	v, err := run(t, sh(`printf %s "$1"; echo oops >&2; exit 3`, special))
	if err == nil || err.Reason != command.ExitCode || err.Code != 3 || v.ExitCode != 3 || err.Error() != "exit code 3" {
		t.Errorf("exit code 3: %v, %+v", err, v)
	}
	if got := bytesOf(t, &v.Stdout); got != special {
		t.Errorf("stdout is %q, want %q", got, special)
	}
	if got := bytesOf(t, &v.Stderr); got != "oops\n" {
		t.Errorf("stderr is %q", got)
	}
	if time.Since(v.Start) > time.Minute || v.Seconds <= 0 || v.User+v.System <= 0 {
		t.Errorf("times: %+v", v)
	}
}

func TestRunFailures(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	must(t, os.WriteFile("plain", nil, 0o644))
	must(t, os.WriteFile("script", []byte("echo script $1\n"), 0o755))
	must(t, os.WriteFile("lost", []byte("#!/no/such/program\n"), 0o755))
	for name, c := range map[string]struct {
		in     command.Input
		reason command.Reason
		text   string
	}{
		"not found":      {command.Input{Words: []command.Text{"nosuchprogram"}}, command.NotFound, "PATH"},
		"no file":        {command.Input{Words: []command.Text{"./nofile"}}, command.NotFound, "no file"},
		"not executable": {command.Input{Words: []command.Text{"./plain"}}, command.NotExecutable, "chmod"},
		"a directory":    {command.Input{Words: []command.Text{command.Text(dir)}}, command.NotExecutable, "directory"},
		"no interpreter": {command.Input{Words: []command.Text{"./lost"}}, command.NotFound, "first line"},
		"no words":       {command.Input{}, command.NoCommand, "no command"},
		"an empty name":  {command.Input{Words: []command.Text{""}}, command.NoCommand, "empty"},
		"a signal":       {sh("kill -s SEGV $$"), command.Killed, "SIGSEGV"},
		"no directory":   {command.Input{Words: texts("true"), Dir: "/no/such"}, command.CannotStart, "directory"},
		"a NUL":          {command.Input{Words: []command.Text{"echo", "a\x00b"}}, command.BadInput, "NUL"},
		"no such input":  {reads("cat", chunk("nofile", 0, 1, 0)), command.BadInput, "nofile"},
		"a short file":   {reads("cat", chunk("script", 3, 100, 0)), command.BadInput, "chunk"},
	} {
		v, err := run(t, c.in)
		if err == nil || err.Reason != c.reason || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v (%+v), want %q with %q", name, err, v, c.reason, c.text)
		}
	}
	v, err := run(t, command.Input{Words: []command.Text{"./script", "x"}})
	if got := bytesOf(t, &v.Stdout); err != nil || got != "script x\n" {
		t.Errorf("a script without a first line for the kernel: %q, %v", got, err)
	}
}

func texts(words ...command.Text) []command.Text { return words }

func chunk(file string, offset, length, header int64) command.Stdin {
	return command.Stdin{Chunk: &source.Chunk{File: file, Offset: offset, Length: length, Header: header}}
}

func reads(program command.Text, from command.Stdin) command.Input {
	return command.Input{Words: []command.Text{program}, Stdin: &from}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunTooLong(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the limits are those of Linux")
	}
	most := command.Text(strings.Repeat("x", 131_071))
	if _, err := run(t, command.Input{Words: []command.Text{"true", most}}); err != nil {
		t.Errorf("131,071 bytes: %v", err)
	}
	_, err := run(t, command.Input{Words: []command.Text{"true", most + "x"}})
	if err == nil || err.Reason != command.TooLong || !strings.Contains(err.Error(), "131,072 bytes") ||
		!strings.Contains(err.Error(), "131,071 bytes") {
		t.Errorf("131,072 bytes: %.300v", err)
	}
	many := command.Input{Words: []command.Text{"true"}}
	for range 100 {
		many.Words = append(many.Words, most)
	}
	if _, err := run(t, many); err == nil || err.Reason != command.TooLong || !strings.Contains(err.Error(), "13,107,") {
		t.Errorf("100 arguments of 131,071 bytes: %.300v", err)
	}
}

func TestRunInputs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	big := strings.Repeat("0123456789", 1<<20)
	must(t, os.WriteFile(file, []byte(big), 0o644))
	cat := []command.Text{"cat"}
	span := func(offset, length int64) command.Stdin { return chunk(file, offset, length, 0) }
	left := sh("sleep 60 <&0 & exit 0")
	left.Stdin = new(span(0, 10<<20))
	environment := sh(`printf %s "$A$HOME"`)
	environment.Env = map[string]command.Text{"A": "x y\xff", "HOME": "z"}
	path := sh("echo $PATH")
	path.Env = map[string]command.Text{"PATH": "/bin:/usr/bin"}
	for name, c := range map[string]struct {
		in   command.Input
		want string
	}{
		"nothing":           {command.Input{Words: cat}, ""},
		"text":              {reads("cat", command.Stdin{Text: "a\x00\xff\n"}), "a\x00\xff\n"},
		"much text":         {reads("cat", command.Stdin{Text: command.Text(big)}), big},
		"a span":            {reads("cat", chunk(file, 5, 10, 3)), "0125678901234"},
		"a long span":       {reads("cat", span(1, 9<<20)), big[1 : 1+9<<20]},
		"a span not read":   {reads("true", span(0, 10<<20)), ""},
		"a span in part":    {command.Input{Words: []command.Text{"head", "-c3"}, Stdin: new(span(0, 10<<20))}, "012"},
		"a span for others": {left, ""},
		"a directory":       {command.Input{Words: []command.Text{"cat", "file"}, Dir: command.Text(dir)}, big},
		"the environment":   {environment, "x y\xffz"},
		"another PATH":      {path, "/bin:/usr/bin\n"},
		"a number":          {command.Input{Words: texts("echo", "a\x00#\x00b", "\x00%\x00"), Number: 42}, "a42b 1\n"},
		"no terminal":       {sh("(exec </dev/tty) 2>/dev/null || echo none"), "none\n"},
		"no group of ours":  {sh(fmt.Sprintf("test $(ps -o pgid= -p $$) != %d && echo own", syscall.Getpgrp())), "own\n"},
	} {
		v, err := run(t, c.in)
		if got := bytesOf(t, &v.Stdout); err != nil || got != c.want {
			t.Errorf("%s: got %.100q, %v, want %.100q", name, got, err, c.want)
		}
	}
}

// What a command leaves behind holds up nothing, even if it keeps the outputs open; and it goes on.
func TestRunLeavesTheBackgroundAlone(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	start := time.Now()
	v, err := run(t, sh(`sleep 300 & echo $! > "$1"; echo done`, pidFile))
	if err != nil || bytesOf(t, &v.Stdout) != "done\n" || time.Since(start) > 100*time.Second {
		t.Fatalf("%v after %v: %+v", err, time.Since(start), v)
	}
	pid := pidIn(t, pidFile)
	if err := syscall.Kill(pid, 0); err != nil {
		t.Errorf("what ran in the background is gone: %v", err)
	}
	must(t, syscall.Kill(pid, syscall.SIGKILL))
}

func pidIn(t *testing.T, file string) int {
	t.Helper()
	for range 6000 {
		text, _ := os.ReadFile(file)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bytes.HasSuffix(text, []byte("\n")) {
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s names no process", file)
	return 0
}

// gone waits until a process is no more, or only a zombie that another has to reap.
func gone(t *testing.T, pid int) {
	t.Helper()
	for range 6000 {
		if syscall.Kill(pid, 0) != nil || isZombie(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("process %d is still there", pid)
}

func isZombie(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return bytes.Contains(stat, []byte(") Z"))
}

// A call that times out ends the command and all that it has started, also if they ignore SIGTERM; what was printed is
// kept.
func TestTimeoutEndsTheGroup(t *testing.T) {
	const stubborn = `sh -c 'trap "" TERM; echo $$ > "$1"; while :; do sleep 1; done' sh "$1" & wait`
	for name, script := range map[string]string{
		"willing":        `echo begun; sleep 300 & echo $! > "$1"; wait`,
		"stubborn":       `trap '' TERM; echo begun; ` + stubborn,
		"stubborn child": `echo begun; ` + stubborn,
		"stopped":        `echo begun; echo $$ > "$1"; kill -s STOP $$`,
	} {
		t.Run(name, func(t *testing.T) {
			pidFile := filepath.Join(t.TempDir(), "pid")
			ctx, cancel := context.WithCancelCause(t.Context())
			because := errors.New("because")
			go func() {
				for _, err := os.Stat(pidFile); err != nil; _, err = os.Stat(pidFile) {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(50 * time.Millisecond)
				cancel(because)
			}()
			_, err := command.New(command.Options{KillAfter: 200 * time.Millisecond}).Run(ctx, sh(script, pidFile))
			failed, ok := errorOf(err)
			if !ok || failed.Reason != command.Stopped || !errors.Is(err, because) {
				t.Fatalf("got %v", err)
			}
			if got := bytesOf(t, &failed.Value.Stdout); got != "begun\n" {
				t.Errorf("it printed %q", got)
			}
			gone(t, pidIn(t, pidFile))
		})
	}
}

func TestTimeoutOfACall(t *testing.T) {
	inputs := []command.Input{sh("trap 'exit 0' TERM; sleep 300 & wait")}
	_, err := overlap.Map(t.Context(), overlap.Pool(2), command.Task, inputs,
		overlap.Timeout(300*time.Millisecond), overlap.Grace(20*time.Second))
	failed, ok := errors.AsType[*overlap.CallError](err)
	if !ok || failed.Outcome != overlap.TimedOut {
		t.Errorf("got %v", err)
	}
}

// Thirty commands print at once, on both streams, and nothing mixes.
func TestOutputsDoNotMix(t *testing.T) {
	runner := command.New(command.Options{Files: true})
	task := overlap.Func(runner.Run)
	var inputs []command.Input
	for i := range 30 {
		inputs = append(inputs, sh(
			`for i in 1 2 3 4 5 6 7 8 9 10; do printf "%0100d" $1; printf "%050d" $1 >&2; done`, strconv.Itoa(i)))
	}
	values, err := overlap.Map(t.Context(), overlap.Pool(10), task, inputs)
	must(t, err)
	for i, v := range values {
		if got, want := bytesOf(t, &v.Stdout), strings.Repeat(fmt.Sprintf("%0100d", i), 10); got != want {
			t.Errorf("stdout of %d is %q", i, got)
		}
		if got, want := bytesOf(t, &v.Stderr), strings.Repeat(fmt.Sprintf("%050d", i), 10); got != want {
			t.Errorf("stderr of %d is %q", i, got)
		}
		v.Close()
	}
}

// Large outputs are in files without names: they take no memory, and the kernel copies them.
func TestLargeOutputs(t *testing.T) {
	dir := t.TempDir()
	runner := command.New(command.Options{Files: true, TempDir: dir})
	to, err := os.Create(filepath.Join(t.TempDir(), "all"))
	must(t, err)
	defer to.Close()
	const size = 16 << 20
	for range 4 {
		v, err := runner.Run(t.Context(), sh("head -c $1 /dev/zero", strconv.Itoa(size)))
		must(t, err)
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("there is a file: %v", entries)
		}
		if n, err := v.Stdout.WriteTo(to); n != size || err != nil {
			t.Errorf("copied %d, %v", n, err)
		}
		v.Close()
	}
	if info, _ := to.Stat(); info.Size() != 4*size {
		t.Errorf("%d bytes in all", info.Size())
	}

	_, err = command.New(command.Options{MaxOutput: 1000}).Run(t.Context(), sh("head -c 1001 /dev/zero"))
	failed, ok := errorOf(err)
	if !ok || failed.Reason != command.OutputTooBig || !strings.Contains(err.Error(), "--results") {
		t.Errorf("got %v", err)
	}
}

func TestResults(t *testing.T) {
	dir := t.TempDir()
	in := sh("echo out; echo err >&2; exit 1")
	in.Results, in.Number = command.Text(dir), 12
	v, err := run(t, in)
	if err == nil || v.Stdout.Path() != filepath.Join(dir, "12", "stdout") ||
		bytesOf(t, &v.Stdout) != "out\n" || bytesOf(t, &v.Stderr) != "err\n" {
		t.Errorf("%v, %+v", err, v)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "12", "stderr")); string(text) != "err\n" {
		t.Errorf("the file has %q", text)
	}
}

func TestValueAsJSON(t *testing.T) {
	v, err := run(t, sh(`printf 'a\377'; printf b >&2`))
	if err != nil {
		t.Fatal(err)
	}
	text, jsonErr := json.Marshal(v)
	must(t, jsonErr)
	if !bytes.Contains(text, []byte(`"stdout_base64":"Yf8="`)) || !bytes.Contains(text, []byte(`"stderr":"b"`)) {
		t.Errorf("got %s", text)
	}
	var back command.Value
	must(t, json.Unmarshal(text, &back))
	if bytesOf(t, &back.Stdout) != "a\xff" || bytesOf(t, &back.Stderr) != "b" || !back.Start.Equal(v.Start) {
		t.Errorf("back comes %+v", back)
	}
}

func TestInputAsJSON(t *testing.T) {
	in := command.Input{Words: []command.Text{"a", "\xff", "\x00#\x00"}, Stdin: &command.Stdin{Text: "\xfe"}, Dir: "d",
		Env: map[string]command.Text{"SECRET": "hunter2"}}
	text, err := json.Marshal(in)
	must(t, err)
	if bytes.Contains(text, []byte("hunter2")) {
		t.Errorf("there is the secret: %s", text)
	}
	var back command.Input
	must(t, json.Unmarshal(text, &back))
	if back.Key() == in.Key() {
		t.Error("names of variables are not in the key")
	}
	back.Env = in.Env
	if back.Key() != in.Key() {
		t.Errorf("back comes %v", back)
	}
}

func TestSlots(t *testing.T) {
	runner := command.New(command.Options{})
	in := sh(`sleep 0.05; printf %s $1`, "\x00%\x00")
	inputs := []command.Input{in, in, in, in, in, in}
	values, err := overlap.Map(t.Context(), overlap.Pool(2), overlap.Func(runner.Run), inputs)
	must(t, err)
	for _, v := range values {
		if got := bytesOf(t, &v.Stdout); got != "1" && got != "2" {
			t.Errorf("slot %q with two at once", got)
		}
	}
}

type lines struct {
	strings.Builder
	closed bool
}

func (l *lines) Close() error { l.closed = true; return nil }

// Outputs that are wanted as they come are whole, and what runs on in the background is not waited for.
func TestLive(t *testing.T) {
	var stdout, stderr lines
	runner := command.New(command.Options{Live: func(command.Input) (a, b io.WriteCloser) {
		return &stdout, &stderr
	}})
	_, err := runner.Run(t.Context(), sh("head -c 300000 /dev/zero; echo err >&2; sleep 300 & echo $! >&2"))
	must(t, err)
	if stdout.Len() != 300000 || !strings.HasPrefix(stderr.String(), "err\n") || !stdout.closed || !stderr.closed {
		t.Errorf("%d bytes, %q", stdout.Len(), stderr.String())
	}
	pid, _ := strconv.Atoi(strings.Fields(stderr.String())[1])
	must(t, syscall.Kill(pid, syscall.SIGKILL))
}
