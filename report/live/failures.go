package live

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
)

const (
	mostReasons = 20  // that are told apart
	mostText    = 240 // characters of a text
)

// failures are why calls failed, by their reasons. What differs from call to call, inputs and long numbers, is left out
// of a reason, so that one reason has one row.
type failures struct {
	groups  []*failureGroup
	byText  map[string]*failureGroup
	version int // how often something has changed
}

type failureGroup struct {
	Reason  string `json:"reason"`
	Calls   int64  `json:"calls"`
	Example string `json:"example"` // the first one's input and error
}

func (f *failures) add(outcome overlap.Outcome, reason, input string) {
	f.version++
	text := plain.Shorten(plain.Line(reason), mostText)
	input = plain.Shorten(plain.Line(input), mostText/2)
	of := reasonOf(outcome, text, input)
	g, known := f.byText[of]
	if !known && len(f.groups) >= mostReasons {
		of = "other reasons"
		g, known = f.byText[of]
	}
	if !known {
		g = &failureGroup{Reason: of, Example: input + ": " + text}
		f.groups = append(f.groups, g)
		if f.byText == nil {
			f.byText = map[string]*failureGroup{}
		}
		f.byText[of] = g
	}
	g.Calls++
}

var differing = regexp.MustCompile(`"[^"]*"|'[^']*'|0x[0-9a-f]+|[0-9]{4,}`)

// reasonOf is an error without what differs from call to call.
func reasonOf(outcome overlap.Outcome, text, input string) string {
	if len(input) > 2 {
		text = strings.ReplaceAll(text, input, "…")
	}
	text = differing.ReplaceAllString(text, "…")
	if outcome != overlap.Failed && !strings.Contains(text, outcome.String()) {
		return outcome.String() + ": " + text
	}
	return text
}

// list is a copy, the most frequent first.
func (f *failures) list() []failureGroup {
	list := make([]failureGroup, 0, len(f.groups))
	for _, g := range f.groups {
		list = append(list, *g)
	}
	slices.SortStableFunc(list, func(a, b failureGroup) int { return cmp.Compare(b.Calls, a.Calls) })
	return list
}
