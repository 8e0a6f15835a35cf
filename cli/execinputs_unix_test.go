//go:build unix

package cli

import (
	"slices"
	"testing"

	"example.com/overlap/source"
	"example.com/overlap/tasks/command"
)

// A chunk of a file is the standard input of its command, and no argument; columns stand for themselves, and by name.
func TestCommandInputsOfItems(t *testing.T) {
	unnamed := source.Row{Fields: []string{"a", "b"}}
	named := source.Row{Columns: []string{"x", "y"}, Fields: []string{"a", "b"}}
	for name, c := range map[string]struct {
		item  source.Item
		words []string
		want  []command.Text
		stdin bool
	}{
		"text":    {source.Item{Text: "a"}, []string{"wc"}, []command.Text{"wc", "a"}, false},
		"chunk":   {source.Item{Value: source.Chunk{File: "f", Length: 3}}, []string{"wc"}, []command.Text{"wc"}, true},
		"piece":   {source.Item{Value: source.Piece{Bytes: []byte("x")}}, []string{"wc"}, []command.Text{"wc"}, true},
		"columns": {source.Item{Value: unnamed}, []string{"mv", "{2}", "{1}"}, []command.Text{"mv", "b", "a"}, false},
		"names":   {source.Item{Value: named}, []string{"mv", "{y}"}, []command.Text{"mv", "b"}, false},
	} {
		flags := execFlags{placeholder: "{}", maxArgs: 1}
		job := &execJob{execFlags: flags, given: func(string) bool { return false }, words: c.words}
		inputs := &commandInputs{execJob: job}
		in, err := inputs.one([]source.Item{c.item}, 1)
		if err != nil {
			t.Fatal(name, err)
		}
		made := in.value.(command.Input)
		if !slices.Equal(made.Words, c.want) || (made.Stdin != nil) != c.stdin {
			t.Errorf("%s: %v with standard input %v, want %v", name, made, made.Stdin, c.want)
		}
	}
}
