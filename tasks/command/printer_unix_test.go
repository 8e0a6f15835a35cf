//go:build unix

package command_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"example.com/overlap/tasks/command"
)

// Lines are printed whole, and with their tag, however they come.
func TestPrinterLive(t *testing.T) {
	for _, cut := range []int{1, 2, 3, 5, 100} {
		for tag, want := range map[bool]string{false: "one\n\ntwo\nthree", true: "a b\tone\na b\t\na b\ttwo\na b\tthree"} {
			var out, errors bytes.Buffer
			p := &command.Printer{Stdout: &out, Stderr: &errors, Tag: tag}
			stdout, stderr := p.Live(command.Input{Tag: "a\nb"})
			for text := "one\n\ntwo\nthree"; text != ""; text = text[min(cut, len(text)):] {
				before := out.Len()
				n, err := stdout.Write([]byte(text[:min(cut, len(text))]))
				if n != min(cut, len(text)) || err != nil {
					t.Fatal(n, err)
				}
				if printed := out.Bytes()[before:]; len(printed) > 0 && !bytes.HasSuffix(printed, []byte("\n")) {
					t.Errorf("half a line is printed: %q", printed)
				}
			}
			must(t, stdout.Close())
			must(t, stderr.Close())
			if out.String() != want || errors.Len() > 0 {
				t.Errorf("pieces of %d: got %q, want %q", cut, out.String(), want)
			}
		}
	}
}

// With KeepOrder lines of one command are printed as they come, and those of the next ones once it is their turn.
func TestPrinterKeepsOrder(t *testing.T) {
	var out, errors bytes.Buffer
	p := &command.Printer{Stdout: &out, Stderr: &errors, KeepOrder: true, TempDir: t.TempDir()}
	var stdout, stderr [4]io.WriteCloser
	for i := 1; i <= 3; i++ {
		stdout[i], stderr[i] = p.Live(command.Input{Number: int64(i)})
	}
	prints := func(i int, text, want string) {
		t.Helper()
		_, err := io.WriteString(stdout[i], text)
		must(t, err)
		if out.String() != want {
			t.Errorf("after %q of %d: got %q, want %q", text, i, out.String(), want)
		}
	}
	ends := func(i int, want string) {
		t.Helper()
		must(t, stdout[i].Close())
		must(t, p.Ended(int64(i)))
		if out.String() != want {
			t.Errorf("after the end of %d: got %q, want %q", i, out.String(), want)
		}
	}
	long := strings.Repeat("a long line\n", 20_000)
	prints(1, "1\n", "1\n")
	prints(3, long, "1\n")
	_, err := io.WriteString(stderr[3], "no error\n")
	must(t, err)
	must(t, stdout[3].Close())
	prints(2, "2\n", "1\n")
	prints(1, "1 again\n", "1\n1 again\n")
	ends(1, "1\n1 again\n2\n")
	prints(2, "2 again\n", "1\n1 again\n2\n2 again\n")
	if errors.Len() > 0 {
		t.Errorf("printed before its turn: %q", errors.String())
	}
	ends(2, "1\n1 again\n2\n2 again\n"+long)
	if errors.String() != "no error\n" {
		t.Errorf("got %q on standard error", errors.String())
	}
	stdout[0], _ = p.Live(command.Input{Number: 3}) // another attempt at it
	prints(0, "3\n", "1\n1 again\n2\n2 again\n"+long+"3\n")
}

func TestPrinterPrint(t *testing.T) {
	v, err := run(t, sh("echo a; echo b; printf c; echo e >&2"))
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[bool]string{false: "a\nb\nc|e\n", true: "t\ta\nt\tb\nt\tc|t\te\n"} {
		var stdout, stderr strings.Builder
		p := &command.Printer{Stdout: &stdout, Stderr: &stderr, Tag: tag}
		must(t, p.Print(command.Input{Tag: "t"}, &v))
		if got := stdout.String() + "|" + stderr.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
