package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func itemsOf(all ...Item) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, item := range all {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func TestShuffleKeepsItems(t *testing.T) {
	columns := []string{"a", "b"}
	all := []Item{
		{Text: "a line\xff", From: "x.txt", Line: 7}, {Text: ""}, {Value: int64(-5)}, {Value: Row{Fields: []string{"x", ""}}},
		{Text: "1,2", Value: Row{columns, []string{"1", "2\n"}}, From: "y.csv", Line: 2},
		{Value: Row{columns, []string{"3", strings.Repeat("long", 10_000)}}, From: "y.csv", Line: 1 << 40},
		{Text: "{}", Value: json.RawMessage("{}"), From: "x.txt"}, {Value: Chunk{File: "big.log", Offset: 10, Length: 20, Header: 3, Modified: time.Unix(7, 8).UTC()}},
	}
	dir := t.TempDir()
	s := Shuffle(&Source{Name: "some", Count: int64(len(all)), Items: itemsOf(all...)}, 1, dir)
	left := slices.Clone(all)
	for item, err := range s.Items {
		i := slices.IndexFunc(left, func(l Item) bool { return reflect.DeepEqual(l, item) })
		if err != nil || i < 0 {
			t.Fatalf("%+v, %v", item, err)
		}
		left = slices.Delete(left, i, i+1)
	}
	if rest, err := os.ReadDir(dir); len(left) > 0 || len(rest) > 0 || err != nil || s.Count != 8 || s.Name != "some" {
		t.Error(left, rest, err)
	}
	_, err := texts(Shuffle(&Source{Items: itemsOf(Item{Value: 1.5, From: "x"})}, 1, dir).Items)
	if err == nil || err.Error() != "x: inputs such as float64 cannot be shuffled" {
		t.Error(err)
	}
	if _, err = texts(Shuffle(words("a"), 1, filepath.Join(dir, "none")).Items); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestShuffle(t *testing.T) {
	dir := t.TempDir()
	var names []string
	var want []string
	long := strings.Repeat("x", 10_000)
	for i, text := range []string{"\ufeffone\r\ntwo\n\n#three\nfo\xffur", "", "\n" + long + "\nsix\n"} {
		names = append(names, filepath.Join(dir, fmt.Sprint(i)))
		if err := os.WriteFile(names[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := func() *Source {
		s, err := Open(t.Context(), Text{Comments: true}.Items, nil, names...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	plain := files()
	defer plain.Close()
	want, err := texts(plain.Items)
	if err != nil || len(want) != 5 {
		t.Fatal(want, err)
	}
	slices.Sort(want)
	for _, kind := range []string{"kept", "read again"} {
		orders := map[string]int{}
		for seed := range uint64(20) {
			s := Shuffle(files(), seed, "")
			if kind == "read again" {
				if s, err = ShuffleLines(t.Context(), Text{Comments: true}, seed, names...); err != nil {
					t.Fatal(err)
				}
			}
			got, err := texts(s.Items)
			again, _ := texts(s.Items)
			if err != nil || !slices.Equal(got, again) {
				t.Fatalf("%s: %q and then %q, %v", kind, got, again, err)
			}
			orders[strings.Join(got, "\n")]++
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", kind, got, want)
			}
			if err := s.Close(); err != nil || len(s.Files) != 3 {
				t.Error(err, s.Files)
			}
		}
		if len(orders) < 10 {
			t.Errorf("%s: 20 seeds gave %d orders", kind, len(orders))
		}
	}
	if _, err := ShuffleLines(t.Context(), Text{}, 1, dir); err == nil {
		t.Error("the lines of a directory")
	}
	broken := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s, err := ShuffleLines(ctx, Text{}, 1, names...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cancel(broken)
	if got, err := texts(s.Items); !errors.Is(err, broken) || len(got) > 0 {
		t.Error(got, err)
	}
}

// Lines that are found again are those that were read.
func FuzzShuffleLines(f *testing.F) {
	name := filepath.Join(f.TempDir(), "f")
	f.Add("\ufeffa\r\nb\n\n#c\r", false, true)
	f.Add("\ufeffa\x00b", true, false)
	f.Fuzz(func(t *testing.T, text string, null, comments bool) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		of := Text{Null: null, Comments: comments}
		want, bad := textsOf(of.Items, strings.NewReader(text))
		s, err := ShuffleLines(t.Context(), of, 1, name)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		got, err := texts(s.Items)
		slices.Sort(got)
		slices.Sort(want)
		if bad == nil && !slices.Equal(got, want) || (bad == nil) != (err == nil) {
			t.Fatalf("%q, %v; want %q, %v", got, err, want, bad)
		}
	})
}
