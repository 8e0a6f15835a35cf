package cluster

import (
	"encoding/binary"
	"fmt"
	"slices"

	"example.com/overlap"
)

// mark is a task as one side tells the other of it. Two marks are of the same task if their fingerprints are the same; the
// rest is for people.
type mark struct{ fingerprint, name, version string }

func markOf(t overlap.AnyTask) mark { return mark{fingerprint(t), t.Name(), t.Version()} }

func appendMarks(b []byte, marks []mark) []byte {
	b = binary.AppendUvarint(b, uint64(len(marks)))
	for _, m := range marks {
		b = appendText(appendText(appendText(b, m.fingerprint), m.name), m.version)
	}
	return b
}

func (r *reader) marks() (marks []mark) {
	for n := r.count(); n > 0 && !r.bad; n-- {
		marks = append(marks, mark{r.text(), r.text(), r.text()})
	}
	return marks
}

func hasMark(marks []mark, fingerprint string) bool {
	return slices.ContainsFunc(marks, func(m mark) bool { return m.fingerprint == fingerprint })
}

// namesake finds another task of the same name. ok is false where there is none, or the task itself is there as well.
func namesake(marks []mark, of mark) (other mark, ok bool) {
	for _, m := range marks {
		switch {
		case m.fingerprint == of.fingerprint:
			return mark{}, false
		case m.name == of.name:
			other, ok = m, true
		}
	}
	return other, ok
}

// differs says of a task's name how what is there is another task than what is here.
func differs(there, here mark) string {
	if there.version == here.version {
		return "takes or gives another type there than here"
	}
	return fmt.Sprintf("has %s there and %s here", there.versionText(), here.versionText())
}

// String is the task for people.
func (m mark) String() string {
	if m.version == "" {
		return m.name
	}
	return fmt.Sprintf("%s (version %s)", m.name, m.version)
}

func (m mark) versionText() string {
	if m.version == "" {
		return "no version"
	}
	return fmt.Sprintf("version %q", m.version)
}
