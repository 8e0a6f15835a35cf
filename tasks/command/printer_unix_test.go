//go:build unix

package command_test

import (
	"bytes"
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
