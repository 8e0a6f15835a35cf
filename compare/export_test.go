package compare

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWriteFileIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	say := func(text string, then error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, then)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file holds %q (%v), want %q", got, err, want)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	}
	if err := WriteFile(path, say("first", nil)); err != nil {
		t.Fatal(err)
	}
	expect("first")
	broken := errors.New("broken")
	if err := WriteFile(path, say("half", broken)); !errors.Is(err, broken) {
		t.Errorf("%v, want the error of the writer", err)
	}
	expect("first")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, say("second", nil)); err != nil {
		t.Fatal(err)
	}
	expect("second")
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
		t.Errorf("the file's mode became %v (%v)", info.Mode(), err)
	}
	if err := WriteFile(filepath.Join(dir, "missing", "report.json"), say("x", nil)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want that there is no such directory", err)
	}
}

func TestWriteFileIntoADevice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("os.DevNull is no path to a file there")
	}
	if err := WriteFile(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device has become a file: %v, %v", info.Mode(), err)
	}
}

// What tasks say in their errors reaches neither a terminal nor a Markdown page as anything but text.
func TestReportsArePlain(t *testing.T) {
	hostile := "\x1b[31m\r\u202e\u009b\x00\xff"
	report := &Report{Jobs: []*JobReport{{
		Task: hostile, Title: hostile, Verdict: hostile, Warnings: []Warning{{Text: hostile}},
		Strategies: []*StrategyReport{{Name: hostile, Python: hostile, Note: hostile}},
	}}}
	for name, write := range map[string]func(io.Writer) error{
		"terminal": func(w io.Writer) error { return report.WriteTerminal(w, Style{}) },
		"narrow":   func(w io.Writer) error { return report.WriteTerminal(w, Style{Width: 40}) },
		"Markdown": report.WriteMarkdown,
		"JSON":     report.WriteJSON,
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if strings.ContainsAny(got, "\x1b\r\u202e\u009b\x00") || !utf8.ValidString(got) || !strings.Contains(got, "[31m") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
