package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"example.com/overlap/internal/resultline"
	"example.com/overlap/source"
	"example.com/overlap/tasks/command"
)

// reader has items become commands.
func (e *execJob) reader() (inputReader, error) {
	c := &commandInputs{execJob: e}
	if _, err := c.templateFor(nil); err != nil {
		return inputReader{}, err
	}
	return inputReader{
		name: command.Task.Name(),
		arguments: func(args []string) (*source.Source, error) {
			s := source.Texts("the arguments", args...)
			return s, s.Check(context.Background(), c.check)
		},
		check: c.check,
		calls: c.calls,
	}, nil
}

// commandInputs makes commands of items. It is for one goroutine.
type commandInputs struct {
	*execJob
	template *command.Template
	columns  []string
}

// templateFor is the template where the columns of the inputs have these names.
func (c *commandInputs) templateFor(columns []string) (*command.Template, error) {
	if c.template == nil || !slices.Equal(columns, c.columns) {
		t, err := c.execJob.template(c.words, c.given, columns)
		if err != nil {
			return nil, err
		}
		c.template, c.columns = t, columns
	}
	return c.template, nil
}

// columnsOf are the texts of an item that placeholders stand for.
func columnsOf(item source.Item) []string {
	if row, ok := item.Row(); ok {
		return row.Fields
	}
	return []string{item.Plain()}
}

// namesOf are the names of its columns.
func namesOf(item source.Item) []string {
	row, _ := item.Row()
	return row.Columns
}

// givenAs is what the results call an item.
func givenAs(item source.Item) any {
	switch v := item.Value.(type) {
	case nil:
		return item.Text
	case json.RawMessage:
		return document{v} // which shows itself as text
	default:
		return v
	}
}

func (c *commandInputs) check(item source.Item) (any, error) {
	in, err := c.one([]source.Item{item}, 1)
	return in.value, err
}

func (c *commandInputs) calls(items iter.Seq2[source.Item, error]) iter.Seq2[callInput, error] {
	return func(yield func(callInput, error) bool) {
		template, err := c.templateFor(c.columns)
		if err != nil {
			yield(callInput{}, err)
			return
		}
		var number int64
		for batch, err := range command.Batches(template, items, columnsOf) {
			var in callInput
			if err == nil {
				number++
				in, err = c.one(batch, number)
			}
			if !yield(in, err) || err != nil {
				return
			}
		}
	}
}

// one makes the command for the items of one command line.
func (c *commandInputs) one(items []source.Item, number int64) (in callInput, err error) {
	switch items[0].Value.(type) {
	case source.Chunk, source.Piece:
		if !c.stdin { // they are for standard input, and no argument unless the command names them
			c.stdin, c.template = true, nil
		}
	}
	template, err := c.templateFor(namesOf(items[0]))
	if err != nil {
		return in, err
	}
	var columns [][]string
	var given []any
	for _, item := range items {
		columns, given = append(columns, columnsOf(item)), append(given, givenAs(item))
	}
	made, err := template.Batch(columns)
	if err != nil {
		if items[0].From != "" {
			err = fmt.Errorf("%s:%d: %w", items[0].From, items[0].Line, err)
		}
		return in, err
	}
	switch value := items[0].Value.(type) {
	case source.Chunk:
		made.Stdin = &command.Stdin{Chunk: &value}
	case source.Piece:
		made.Stdin = &command.Stdin{Text: command.Text(value.Bytes)}
	default:
		if c.stdin {
			made.Stdin = &command.Stdin{Text: command.Text(items[0].Plain() + "\n")}
		}
	}
	made.Number = number
	in.value, in.given.input = made, any(given)
	if len(given) == 1 {
		in.given = givenInput{given[0], resultline.RawText(items[0].Text)}
	}
	return in, nil
}
