package cli

import (
	"iter"
	"reflect"

	"example.com/overlap"
)

// argument is what one argument gives: an input, or a range of them.
type argument struct {
	value any
	span  *span
	of    reflect.Type
	raw   []byte // what it was given as, if that is not UTF-8
}

// parseArguments reads all of them, or says what is wrong with the first that is bad.
func (p *program) parseArguments(task overlap.AnyTask, parse parsing, args []string) ([]argument, error) {
	in, _ := task.Types()
	spans := takesSpans(task)
	given := make([]argument, 0, len(args))
	for _, text := range args {
		if spans {
			s, isSpan, err := parseSpan(text, in)
			if err != nil {
				return nil, p.badNumber(usageErrorf("%w", err), text)
			}
			if isSpan {
				given = append(given, argument{span: &s, of: in})
				continue
			}
		}
		value, err := parse(text)
		if err != nil {
			err := usageErrorf("%w", err)
			if spans {
				err = p.badNumber(err, text)
			}
			return nil, err
		}
		given = append(given, argument{value: value, raw: rawText(text)})
	}
	return given, nil
}

// badNumber adds the command line that was meant, where a text is nearly a range.
func (p *program) badNumber(err *statusError, text string) *statusError {
	if meant := correctSpan(text); meant != "" && meant != text {
		return err.withHint("did you mean: " + p.corrected(text, meant))
	}
	return err
}

func (a argument) count() int64 {
	if a.span == nil {
		return 1
	}
	return a.span.count()
}

func (a argument) values() iter.Seq[any] {
	return func(yield func(any) bool) {
		if a.span == nil {
			yield(a.value)
			return
		}
		for n := a.span.first; yield(number(n, a.of)) && n < a.span.last; n++ {
		}
	}
}
