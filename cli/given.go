package cli

import (
	"iter"
	"sync"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/source"
)

// inputReader says how the items of a source become the inputs of a job's calls.
type inputReader struct {
	name      string // of the task, for messages
	arguments func(args []string) (*source.Source, error)
	check     func(source.Item) (any, error) // its error says what is wrong with an item
	calls     func(items iter.Seq2[source.Item, error]) iter.Seq2[callInput, error]
}

// callInput is the input of a call, and what the source gave for it.
type callInput struct {
	value any
	given givenInput
}

// givenInput is what the results and messages call an input.
type givenInput struct {
	input any    // nil if the value says it
	raw   []byte // the text as it was given, if it is not UTF-8, as which JSON could not name it
}

// readerOf has each item become one input of a task, as the task's type reads it.
func readerOf(task overlap.AnyTask) inputReader {
	parse := source.Parser(task)
	return inputReader{
		name:      task.Name(),
		arguments: func(args []string) (*source.Source, error) { return source.Arguments(task, args) },
		check:     parse,
		calls: func(items iter.Seq2[source.Item, error]) iter.Seq2[callInput, error] {
			return func(yield func(callInput, error) bool) {
				for item, err := range items {
					var in callInput
					if err == nil {
						in.value, err = parse(item)
						in.given.raw = resultline.RawText(item.Text)
					}
					if !yield(in, err) || err != nil {
						return
					}
				}
			}
		},
	}
}

// givenInputs are those under way that the results do not name by their values.
type givenInputs struct {
	mu sync.Mutex
	of map[int]givenInput
}

// drawn is told of each input whose call is to be made.
func (g *givenInputs) drawn(index int, in givenInput) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if in.input != nil || in.raw != nil {
		if g.of == nil {
			g.of = map[int]givenInput{}
		}
		g.of[index] = in
	}
}

// take forgets what an input was given as, and returns it.
func (g *givenInputs) take(index int) givenInput {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.of[index]
	delete(g.of, index)
	return in
}
