package durable

import (
	"fmt"

	"example.com/overlap/internal/resultline"
)

// difference says which input of a block is not what it was, of those that have a result. r.mu is held.
func (r *Run) difference(block int) error {
	if err := r.journal.flush(); err != nil {
		return r.cannotWrite(err)
	}
	first := block * digestBlock
	var other *line
	lines := newScanner(r.journal.file, r.contents.from, r.contents.end)
	for {
		var l line
		more, err := lines.next(&l)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", r.Partial(), reason(err))
		}
		if !more {
			break
		}
		if l.index/digestBlock != block || !r.isLast(&l) || !r.contents.done.has(l.index) {
			continue
		}
		if l.index < r.nextIndex && l.key == r.keysSeen[l.index-first] || other != nil && other.index < l.index {
			continue
		}
		other = &l
	}
	different := &DifferentError{
		File: r.options.Name, What: fmt.Sprintf("an input from %d to %d", first, r.nextIndex-1), Resumable: true,
	}
	switch {
	case other == nil:
	case other.index >= r.nextIndex:
		different.What, different.Is = "the number of inputs", fmt.Sprint(r.nextIndex)
		different.Was = fmt.Sprintf("at least %d", r.contents.done.last()+1)
	default:
		different.What, different.Was, different.Is = fmt.Sprintf("input %d", other.index), r.inputAt(other), "another"
	}
	return different
}

// inputAt is the input of a result, for people.
func (r *Run) inputAt(l *line) string {
	in := reader{file: r.journal.file}
	text, err := in.line(l.resultAt())
	if err != nil {
		return "another"
	}
	result, err := resultline.Parse(text)
	if err != nil {
		return "another"
	}
	return shown(result.Input)
}
