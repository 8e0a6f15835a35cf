package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"example.com/overlap"
)

// Item is one input as its source gives it, before a task's type has read it.
type Item struct {
	Text  string // as it was given: an argument, or a line without its end
	Value any    // what it is where it is more than a text: the int64 of a range, a Row, JSON, a Chunk; nil for a text
	From  string // what it was read from, for messages: "urls.txt"; "" for an argument
	Line  int    // the number of its line there, from 1; 0 where there are no lines
}

// String is the item's text, or its value as Go prints it where it never was one.
func (i Item) String() string {
	if i.Value != nil && i.Text == "" {
		return fmt.Sprint(i.Value)
	}
	return i.Text
}

// Unknown is the Count of a source that has to be read to its end before its items are counted.
const Unknown = -1

// LargestChecked is the size in bytes up to which [Source.Check] reads a file: a larger one takes so long that work
// had better start before the last of its items has been read.
const LargestChecked = 64 << 20

// Source is where the inputs of a job come from. [Arguments] and [Open] make one, and so does anybody who sets Name,
// Count and Items. A Source is for one goroutine at a time.
type Source struct {
	// Name says in messages where the items come from: "the arguments", "urls.txt, standard input".
	Name string

	// Count is how many items there are, or Unknown.
	Count int64

	// Items gives the items in their order. An error is the last that it gives. It can be ranged over once, or again
	// from the beginning where the source is repeatable.
	Items iter.Seq2[Item, error]

	// Files are the files among those that the items are read from.
	Files []File

	repeatable bool
	numbers    *Range    // nil unless the items are exactly these
	parts      []*Source // that follow one another, see Join
	closer     io.Closer // nil where there is nothing to close
}

// Join has the items of several sources follow one another. Closing the one that it returns closes all of them.
func Join(parts ...*Source) *Source {
	joined := &Source{parts: parts}
	var names []string
	for _, part := range parts {
		names = append(names, part.Name)
		joined.Files = append(joined.Files, part.Files...)
	}
	joined.Name = strings.Join(names, ", ")
	joined.addUp()
	joined.Items = func(yield func(Item, error) bool) {
		for _, part := range parts {
			for item, err := range part.Items {
				if !yield(item, err) || err != nil {
					return
				}
			}
		}
	}
	return joined
}

// addUp counts the items of the parts.
func (s *Source) addUp() {
	s.Count = 0
	for _, part := range s.parts {
		if part.Count == Unknown {
			s.Count = Unknown
			return
		}
		s.Count += part.Count
	}
}

// Check reads the items that are there already, and sets Count, so that nothing has to run when one of them is bad. The
// error is the first bad item's, or the cause of ctx's end. Items that can be read only once, such as those that come
// through a pipe, are not looked at, and neither are those of a file of more than [LargestChecked] bytes.
func (s *Source) Check(ctx context.Context, parse func(Item) (any, error)) error {
	for _, part := range s.parts {
		if err := part.Check(ctx, parse); err != nil {
			return err
		}
	}
	if len(s.parts) > 0 {
		s.addUp()
		return nil
	}
	if !s.repeatable || len(s.Files) == 1 && s.Files[0].Info.Size() > LargestChecked {
		return nil
	}
	var count int64
	for item, err := range s.Items {
		if err == nil {
			_, err = parse(item)
		}
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		count++
	}
	s.Count = count
	return nil
}

// Numbers reports whether the items are the whole numbers of one range, and which.
func (s *Source) Numbers() (r Range, ok bool) {
	if s.numbers == nil {
		return Range{}, false
	}
	return *s.numbers, true
}

// Close closes the files that were opened for the source. It may be called again.
func (s *Source) Close() error {
	var failures []error
	for _, part := range s.parts {
		failures = append(failures, part.Close())
	}
	if s.closer != nil {
		failures = append(failures, s.closer.Close())
		s.closer = nil
	}
	return errors.Join(failures...)
}

// Inputs reads the items of a source as inputs of a task, for [overlap.StreamErr]. An error is the last that it gives:
// an item's that is no input of the task, or that of the source.
func Inputs[In, Out any](task *overlap.Task[In, Out], s *Source) iter.Seq2[In, error] {
	parse := Parser(task)
	return func(yield func(In, error) bool) {
		for item, err := range s.Items {
			var value any
			if err == nil {
				value, err = parse(item)
			}
			in, _ := value.(In) // the zero value beside an error, and for a nil of an interface type
			if !yield(in, err) || err != nil {
				return
			}
		}
	}
}
