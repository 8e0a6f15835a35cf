package source

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
)

// listOf is a source of the words of a text, for a list that is linked where the text begins with +, and has a header
// where it begins with #.
func listOf(text string) List {
	text, linked := strings.CutPrefix(text, "+")
	text, header := strings.CutPrefix(text, "#")
	return List{words(strings.Fields(text)...), linked, header}
}

func words(all ...string) *Source {
	return &Source{Name: "the words", Count: int64(len(all)), Items: func(yield func(Item, error) bool) {
		for _, word := range all {
			if !yield(Item{Text: word}, nil) {
				return
			}
		}
	}}
}

func TestCombine(t *testing.T) {
	cases := []struct {
		lists []string
		want  string
	}{
		{[]string{"a b"}, "a,b"},
		{[]string{"a b", "1 2"}, "a 1,a 2,b 1,b 2"},
		{[]string{"a b", "+1 2 3"}, "a 1,b 2"},
		{[]string{"a b c", "+1 2", "x y"}, "a 1 x,a 1 y,b 2 x,b 2 y"},
		{[]string{"a b", "1 2", "+x y"}, "a 1 x,a 2 y,b 1 x,b 2 y"},
		{[]string{"a", "1 2", "x", "p q"}, "a 1 x p,a 1 x q,a 2 x p,a 2 x q"},
		{[]string{"a b", ""}, ""},
		{[]string{"", "1"}, ""},
		{[]string{"#h a b"}, "a,b"},
		{[]string{"#h a b", "#i 1", "+#j 2"}, "a 1 2,b 1 2"},
		{[]string{"#h a b", "1"}, "a 1,b 1"},
	}
	for _, c := range cases {
		var lists []List
		for _, l := range c.lists {
			lists = append(lists, listOf(l))
		}
		s, err := Combine(lists...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := texts(s.Items)
		if strings.Join(got, ",") != c.want || err != nil || s.Count != int64(len(got)) {
			t.Errorf("%q: %q, %v, count %d; want %s", c.lists, got, err, s.Count, c.want)
		}
	}
	s, err := Combine(listOf("#color red"), listOf("#size S M"))
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range s.Items {
		row := item.Value.(Row)
		if color, ok := row.Field("color"); color != "red" || !ok || err != nil {
			t.Error(row, err)
		}
		if _, ok := row.Field("weight"); ok || !slices.Equal(row.Columns, []string{"color", "size"}) {
			t.Error(row)
		}
	}
	for _, lists := range [][]List{nil, {listOf("+a")}} {
		if _, err := Combine(lists...); err == nil {
			t.Errorf("%v: no error", lists)
		}
	}
	s, _ = Combine(listOf("a"), listOf("#"))
	if _, err := texts(s.Items); err == nil || !strings.Contains(err.Error(), "there is no header") {
		t.Error(err)
	}
}

func endlessWords() *Source {
	return &Source{Name: "numbers", Count: Unknown, Items: func(yield func(Item, error) bool) {
		for i := 0; yield(Item{Text: fmt.Sprint(i)}, nil); i++ {
		}
	}}
}

func TestCombineWithoutEnd(t *testing.T) {
	s, err := Combine(List{Source: endlessWords()}, List{Source: endlessWords(), Linked: true}, listOf("a b"))
	if err != nil || s.Count != Unknown {
		t.Fatal(err, s.Count)
	}
	var got []string
	for item := range s.Items {
		if got = append(got, item.String()); len(got) == 3 {
			break
		}
	}
	if !slices.Equal(got, []string{"0 0 a", "0 0 b", "1 1 a"}) {
		t.Error(got)
	}
	if s, err = Combine(List{Source: endlessWords()}, listOf("")); err != nil {
		t.Fatal(err)
	}
	if got, err := texts(s.Items); len(got) > 0 || err != nil {
		t.Error(got, err)
	}
}

func TestCombineOfASourceThatFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	var bad iter.Seq2[Item, error] = func(yield func(Item, error) bool) {
		_ = yield(Item{Text: "a"}, nil) && yield(Item{}, broken)
	}
	for _, lists := range [][]List{
		{{Source: &Source{Items: bad}}, listOf("1")}, {listOf("1 2"), {Source: &Source{Items: bad}}},
		{{Source: &Source{Items: bad}}, listOf("+1 2")}, {{Source: &Source{Items: bad}, Header: true}},
	} {
		s, err := Combine(lists...)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := texts(s.Items); !errors.Is(err, broken) || len(got) > 1 {
			t.Error(got, err)
		}
	}
}
