package durable

import (
	"cmp"
	"fmt"
	"strconv"

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
		if l.index < r.nextIndex && l.key == r.seen.keys[l.index-first] || other != nil && other.index < l.index {
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
		different.What = fmt.Sprintf("input %d", other.index)
		different.Was, different.Is = r.inputAt(other), r.seen.shown(other.index)
		if different.Was == different.Is { // what differs is further on than is shown
			different.Is = another
		}
	}
	return different
}

const another = "another"

// seenInputs is what identifies the inputs of the block that the next input is in, those that have a result and some more.
type seenInputs struct {
	keys  [digestBlock]key
	texts [digestBlock][]byte // how they begin
}

// mostSeen is more of an input than is shown of it, in bytes.
const mostSeen = 400

// note takes an input, by how it begins: a text or JSON. Of one that needs no text, only the key is noted.
func (s *seenInputs) note(index int, k key, value any, raw, encoded []byte, needsText bool) {
	at := index % digestBlock
	s.keys[at], s.texts[at] = k, s.texts[at][:0]
	if !needsText {
		return
	}
	text, isText := value.(string)
	switch {
	case raw != nil:
		s.texts[at] = strconv.AppendQuote(s.texts[at], string(raw[:min(len(raw), mostSeen)]))
	case isText:
		s.texts[at] = strconv.AppendQuote(s.texts[at], text[:min(len(text), mostSeen)])
	default:
		s.texts[at] = append(s.texts[at], encoded[:min(len(encoded), mostSeen)]...)
	}
}

// shown is an input of the block, for people.
func (s *seenInputs) shown(index int) string {
	return cmp.Or(shown(s.texts[index%digestBlock]), another)
}

// inputAt is the input of a result, for people.
func (r *Run) inputAt(l *line) string {
	in := reader{file: r.journal.file}
	text, err := in.line(l.resultAt())
	if err != nil {
		return another
	}
	result, err := resultline.Parse(text)
	if err != nil {
		return another
	}
	return shown(result.Input)
}
