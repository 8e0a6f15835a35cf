package source

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// file makes a file of the lines.
func file(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens files that are closed at the test's end.
func open(t *testing.T, ctx context.Context, stdin io.Reader, names ...string) *Source {
	t.Helper()
	s, err := Open(ctx, Lines, stdin, names...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFilesFollowOneAnother(t *testing.T) {
	first, second := file(t, "first", "1", "2"), file(t, "second", "4", "")
	s := open(t, t.Context(), strings.NewReader("3\n"), first, "-", second)
	if s.Name != first+", standard input, "+second || s.Count != Unknown || len(s.Files) != 2 ||
		s.Files[1].Name != second {
		t.Errorf("%q, %d, %v", s.Name, s.Count, s.Files)
	}
	var got []int
	for n, err := range Inputs(taskOf[int](), s) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("got %v", got)
	}
}

func TestCheckCountsAndFindsTheFirstBadItem(t *testing.T) {
	parse := Parser(taskOf[int]())
	good, bad := file(t, "good", "1", "", "2"), file(t, "bad", "3", "x", "y")
	s := open(t, t.Context(), nil, good, good)
	if err := s.Check(t.Context(), parse); err != nil || s.Count != 4 {
		t.Errorf("%d items, %v", s.Count, err)
	}
	items := 0
	for range s.Items { // from the beginning again
		items++
	}
	if items != 4 {
		t.Errorf("%d items after the check", items)
	}
	s = open(t, t.Context(), nil, good, bad)
	if err := s.Check(t.Context(), parse); err == nil || !strings.Contains(err.Error(), bad+":2: ") {
		t.Errorf("the error is %v", err)
	}
	s = open(t, t.Context(), strings.NewReader("x"), "-")
	if err := s.Check(t.Context(), parse); err != nil || s.Count != Unknown {
		t.Errorf("a pipe: %d items, %v", s.Count, err)
	}
}

func TestLargeFilesAreNotChecked(t *testing.T) {
	large := file(t, "large", "x")
	if err := os.Truncate(large, LargestChecked+1); err != nil {
		t.Fatal(err)
	}
	s := open(t, t.Context(), nil, large)
	if err := s.Check(t.Context(), Parser(taskOf[int]())); err != nil || s.Count != Unknown {
		t.Errorf("%d items, %v", s.Count, err)
	}
}

func TestTheEndOfTheContextEndsTheItems(t *testing.T) {
	enough := errors.New("that is enough")
	pipe, writer := io.Pipe()
	defer writer.Close()
	for name, stdin := range map[string]io.Reader{"a file": nil, "a pipe": pipe} {
		ctx, cancel := context.WithCancelCause(t.Context())
		from := "-"
		if stdin == nil {
			from = file(t, "lines", "1", "2")
		}
		s := open(t, ctx, stdin, from)
		cancel(enough)
		for item, err := range s.Items {
			if !errors.Is(err, enough) {
				t.Errorf("%s: %v, %v", name, item, err)
			}
		}
		if err := s.Check(ctx, Parser(taskOf[int]())); stdin == nil && !errors.Is(err, enough) {
			t.Errorf("%s is checked with %v", name, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	there := file(t, "there", "1")
	for want, names := range map[string][]string{
		"no such file":                     {there, filepath.Join(t.TempDir(), "missing")},
		"standard input is given twice":    {"-", there, "-"},
		"cannot read the inputs: open nix": {"nix"},
	} {
		if _, err := Open(t.Context(), Lines, strings.NewReader(""), names...); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", names, err, want)
		}
	}
}

func TestArguments(t *testing.T) {
	s, err := Arguments(taskOf[int8](), []string{"7", "-1..1", " 9"})
	if err != nil || s.Count != 5 {
		t.Fatalf("%+v, %v", s, err)
	}
	var got []int8
	for n, err := range Inputs(taskOf[int8](), s) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if !slices.Equal(got, []int8{7, -1, 0, 1, 9}) {
		t.Errorf("got %v", got)
	}
	for text, meant := range map[string]string{"x": "", "1-3": "1..3", "3..1": "1..3", "0..999": ""} {
		_, err := Arguments(taskOf[int8](), []string{"7", text})
		if bad, ok := errors.AsType[*ArgumentError](err); !ok || bad.Text != text || bad.Meant != meant {
			t.Errorf("%q: %#v, want a hint of %q", text, err, meant)
		}
	}
	s, err = Arguments(taskOf[string](), []string{"1..3"})
	if err != nil || s.Count != 1 {
		t.Errorf("a string is no range: %+v, %v", s, err)
	}
	if _, isRange := s.Numbers(); isRange {
		t.Error("a string is no range")
	}
}

func TestValuesBecomeInputs(t *testing.T) {
	if got, err := Parser(taskOf[uint8]())(Item{Value: int64(255)}); got != uint8(255) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, item := range []Item{{Value: int64(256)}, {Value: int64(-1)}, {Value: "x", From: "in.txt", Line: 3}} {
		if got, err := Parser(taskOf[uint8]())(item); err == nil || !strings.Contains(err.Error(), item.String()+" is none") {
			t.Errorf("%v: %v, %v", item, got, err)
		}
	}
}
