package command_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"example.com/overlap/tasks/command"
)

func words(in command.Input) []string {
	var all []string
	for _, word := range in.Words {
		all = append(all, string(word))
	}
	return all
}

func TestTemplate(t *testing.T) {
	var plain command.Syntax
	named := command.Syntax{Columns: []string{"file", "size"}}
	split := func(text string) []string { return strings.Split(text, "|") }
	for name, c := range map[string]struct {
		template string // words, with | between them
		inputs   string // columns, with | between them, and ;; between inputs
		want     string
		syntax   command.Syntax
	}{
		"appended":           {"echo", "in/a b.tar.gz", "echo|in/a b.tar.gz", plain},
		"whole":              {"convert|{}|{.}.webp", "a.png", "convert|a.png|a.webp", plain},
		"parts":              {"x|{/}|{//}|{/.}|{.}", "in/a b.tar.gz", "x|a b.tar.gz|in|a b.tar|in/a b.tar", plain},
		"of a hidden file":   {"{.}|{/.}|{//}", "d/.rc", "d/||d", plain},
		"without extension":  {"{.}|{//}", "a.b/c", "a.b/c|a.b", plain},
		"without folder":     {"{//}|{/}", "c", ".|c", plain},
		"of the root":        {"{//}|{/}", "/", "/|", plain},
		"in the root":        {"{//}", "/c", "/", plain},
		"of a folder":        {"{//}", "a/b/", "a", plain},
		"from the end":       {"{-1}|{-2.}|{-1/.}|{-3}|{-01}", "a.x|d/b.y", "d/b.y|a|b||{-01}", plain},
		"twice":              {"cp|{}|{}.bak", "x", "cp|x|x.bak", plain},
		"columns":            {"mv|{2}|{1.}", "a.x|b", "mv|b|a", plain},
		"a missing column":   {"mv|{3}", "a|b", "mv|", plain},
		"all columns":        {"echo|{}|<{}>", "a b|c", "echo|a b|c|<a b c>", plain},
		"named":              {"echo|{size}|{file/.}", "d/f.c|3", "echo|3|f", named},
		"names are literal":  {"awk|{print}|{}", "f", "awk|{print}|f", plain},
		"shell parameters":   {"sh|-c|echo ${1} ${#}|sh|{1}", "f", "sh|-c|echo ${1} ${#}|sh|f", plain},
		"another name":       {"xargs|{}|FILE|{.}", "f.c", "xargs|{}|f.c|f", command.Syntax{Placeholder: "FILE"}},
		"several":            {"rm|-f|{}", "a;;b c", "rm|-f|a|b c", command.Syntax{MaxArgs: 3}},
		"several in a word":  {"cc|-I{}|x", "a;;b", "cc|-Ia|-Ib|x", command.Syntax{MaxArgs: 2}},
		"several by number":  {"diff|{1}|{2}", "a;;b", "diff|a|b", command.Syntax{MaxArgs: 2}},
		"not a code":         {"echo|{}", `x; rm -rf ~ $(id) "'`, `echo|x; rm -rf ~ $(id) "'`, plain},
		"placeholders there": {"echo|{}", "{} {.} {#}", "echo|{} {.} {#}", plain},
		"empty":              {"|a", "x", "|a", command.Syntax{Literal: true}},
	} {
		t.Run(name, func(t *testing.T) {
			template, err := command.Parse(split(c.template), c.syntax)
			if err != nil {
				t.Fatal(err)
			}
			var inputs [][]string
			for input := range strings.SplitSeq(c.inputs, ";;") {
				inputs = append(inputs, split(input))
			}
			in, err := template.Batch(inputs)
			if err != nil {
				t.Fatal(err)
			}
			if got := words(in); !slices.Equal(got, split(c.want)) {
				t.Errorf("got %q, want %q", got, split(c.want))
			}
		})
	}
}

func linesOf(lines ...string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, line := range lines {
			if !yield([]string{line}, nil) {
				return
			}
		}
	}
}

func TestTemplateRefuses(t *testing.T) {
	if _, err := command.Parse(nil, command.Syntax{}); err == nil {
		t.Error("no words are taken")
	}
	if _, err := command.Parse([]string{"a\x00"}, command.Syntax{}); err == nil {
		t.Error("a word with a NUL is taken")
	}
	template, _ := command.Parse([]string{"echo"}, command.Syntax{})
	if _, err := template.Input("a\x00b"); err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("an input with a NUL: %v", err)
	}
	literal, _ := command.Parse([]string{"cat"}, command.Syntax{Literal: true})
	if _, err := literal.Input("a\x00b"); err != nil {
		t.Errorf("an input with a NUL that is not for the words: %v", err)
	}
}

func TestTemplateInputs(t *testing.T) {
	template, _ := command.Parse([]string{"echo", "{}"}, command.Syntax{MaxArgs: 2})
	var got []string
	for in, err := range template.Inputs(linesOf("a", "b", "c")) {
		if err != nil {
			t.Fatal(err)
		}
		if int(in.Number) != len(got)+1 {
			t.Errorf("number %d", in.Number)
		}
		got = append(got, in.String()+"|"+string(in.Tag))
	}
	if want := []string{"echo a b|a b", "echo c|c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}

	failed := errors.New("failed")
	inputs := func(yield func([]string, error) bool) {
		if yield([]string{"a"}, nil) {
			yield(nil, failed)
		}
	}
	var errs []error
	for _, err := range template.Inputs(inputs) {
		errs = append(errs, err)
	}
	if !slices.Equal(errs, []error{nil, failed}) {
		t.Errorf("got %v, want the command for what came before the error, and the error", errs)
	}
}

// A filled command line has as much as it may, and no more.
func TestTemplateFills(t *testing.T) {
	template, _ := command.Parse([]string{"rm", "-f"}, command.Syntax{Fill: true, MaxBytes: 100})
	var lines []string
	for range 50 {
		lines = append(lines, "12345678")
	}
	total := 0
	for in, err := range template.Inputs(linesOf(lines...)) {
		if err != nil {
			t.Fatal(err)
		}
		bytes := 0
		for _, word := range in.Words {
			bytes += len(word) + 1
		}
		inputs := len(in.Words) - 2
		total += inputs
		if bytes > 100 || inputs != 10 {
			t.Errorf("a command line has %d inputs in %d bytes, want 10", inputs, bytes)
		}
	}
	if total != 50 {
		t.Errorf("%d inputs, want 50", total)
	}
}

func TestInputShowsNoSecrets(t *testing.T) {
	in := command.Input{Words: []command.Text{"curl", "a b", "\x00#\x00"}}
	in.Env = map[string]command.Text{"TOKEN": "hunter2"}
	if got, want := in.String(), "curl 'a b' '{#}'"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other := in
	other.Env = map[string]command.Text{"TOKEN": "other"}
	other.Number, other.Tag, other.Results = 7, "x", "y"
	if in.Key() != other.Key() {
		t.Error("the key depends on what is no part of it")
	}
	other.Words = []command.Text{"curl", "a", " b", "\x00#\x00"}
	if in.Key() == other.Key() {
		t.Error("the key does not depend on the words")
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("{}", "x{.}y", "a/b.c", "second")
	f.Add("{2/}{#}", "{{}}", "{}", "\xff")
	f.Add("${1}{1}", "{/.}{//}", "//", ".")
	f.Fuzz(func(t *testing.T, first, second, a, b string) {
		template, err := command.Parse([]string{first, second}, command.Syntax{MaxArgs: 2})
		if err != nil {
			return
		}
		in, err := template.Batch([][]string{{a}, {b}})
		if err != nil {
			return
		}
		for _, word := range words(in) {
			if strings.Count(word, "\x00")%2 != 0 {
				t.Errorf("half a marker in %q", word)
			}
		}
	})
}
