package source

import (
	"errors"

	"example.com/overlap"
)

// ArgumentError is the error of an argument that is no input of the task.
type ArgumentError struct {
	Text  string // the argument
	Meant string // the range that it was probably meant to be; "" where that cannot be guessed
	Err   error  // what is wrong with it
}

// Error says what is wrong with the argument, which it names.
func (e *ArgumentError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ArgumentError) Unwrap() error { return e.Err }

// Arguments gives arguments of a command line as inputs of a task. For a task that takes whole numbers an argument may
// be a range of them, 1000..15999, which is given number by number. All arguments are read once before Arguments
// returns: the first that is bad is its error, an [*ArgumentError].
func Arguments(task overlap.AnyTask, arguments []string) (*Source, error) {
	in, _ := task.Types()
	ranges, parse := TakesRanges(task), Parser(task)
	given := make([]argument, 0, len(arguments))
	var count int64
	for _, text := range arguments {
		a := argument{text: text}
		var err error
		if ranges {
			a.numbers, a.isRange, err = parseRange(text, in)
		}
		if err == nil && !a.isRange {
			_, err = parse(Item{Text: text})
		}
		if err != nil {
			bad := &ArgumentError{Text: text, Err: err}
			if meant := correctRange(text); ranges && meant != text {
				bad.Meant = meant
			}
			return nil, bad
		}
		if count += a.count(); count < 0 {
			return nil, errors.New("the ranges have more numbers than can be counted")
		}
		given = append(given, a)
	}
	s := &Source{Name: "the arguments", Count: count}
	if len(given) == 1 && given[0].isRange {
		s.numbers = &given[0].numbers
	}
	s.Items = func(yield func(Item, error) bool) {
		for _, a := range given {
			if !a.items(yield) {
				return
			}
		}
	}
	return s, nil
}

// argument is one text of a command line, which is one item or a range of numbers.
type argument struct {
	text    string
	numbers Range
	isRange bool
}

func (a argument) count() int64 {
	if a.isRange {
		return a.numbers.Count()
	}
	return 1
}

// items gives what the argument stands for, and reports whether more is wanted.
func (a argument) items(yield func(Item, error) bool) (more bool) {
	if !a.isRange {
		return yield(Item{Text: a.text}, nil)
	}
	for n := range a.numbers.Numbers() {
		if !yield(Item{Value: n}, nil) {
			return false
		}
	}
	return true
}
