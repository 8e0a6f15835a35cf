package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A placeholder stands in a template for an input or a part of one.
type placeholder struct {
	what   what
	column int // for one column: its place, from 1; -1 is the last one, -2 that before it
	form   form
}

type what int

const (
	whole  what = iota // {}: all columns
	column             // {1}, {-1}, {name}
	number             // {#}
	slot               // {%}
)

// A form is which part of a text is meant.
type form string

const (
	asIs          form = ""
	noExtension   form = "."
	base          form = "/"
	directory     form = "//"
	baseNoExtends form = "/."
)

// of is the part of a text that the form means.
func (f form) of(text string) string {
	switch f {
	case noExtension:
		return withoutExtension(text)
	case base:
		return text[strings.LastIndexByte(text, '/')+1:]
	case directory:
		return directoryOf(text)
	case baseNoExtends:
		return withoutExtension(base.of(text))
	}
	return text
}

// withoutExtension cuts the last dot off and what follows it, if anything does and no / is in it.
func withoutExtension(text string) string {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 || dot == len(text)-1 || strings.IndexByte(text[dot:], '/') >= 0 {
		return text
	}
	return text[:dot]
}

// directoryOf is what dirname(1) prints.
func directoryOf(text string) string {
	trimmed := strings.TrimRight(text, "/")
	if trimmed == "" && text != "" {
		return "/"
	}
	slash := strings.LastIndexByte(trimmed, '/')
	if slash < 0 {
		return "."
	}
	if trimmed = strings.TrimRight(trimmed[:slash], "/"); trimmed == "" {
		return "/"
	}
	return trimmed
}

var forms = []form{baseNoExtends, directory, base, noExtension} // the longer ones first

// placeholders finds the placeholders of a syntax in text.
type placeholders struct {
	whole   string // "{}", or what the user has instead
	columns []string
}

// at is the placeholder that text begins with, and its length; 0 if there is none.
func (p *placeholders) at(text string) (placeholder, int) {
	if strings.HasPrefix(text, p.whole) {
		return placeholder{what: whole}, len(p.whole)
	}
	if !strings.HasPrefix(text, "{") {
		return placeholder{}, 0
	}
	end := strings.IndexByte(text, '}')
	if end < 0 {
		return placeholder{}, 0
	}
	name, length := text[1:end], end+1
	switch {
	case name == "#":
		return placeholder{what: number}, length
	case name == "%":
		return placeholder{what: slot}, length
	case name == "" || name == string(asIs):
		return placeholder{}, 0
	}
	if i := slices.Index(p.columns, name); i >= 0 { // also one that ends as a form does
		return placeholder{column, i + 1, asIs}, length
	}
	f := asIs
	for _, candidate := range forms {
		if rest, ok := strings.CutSuffix(name, string(candidate)); ok {
			name, f = rest, candidate
			break
		}
	}
	if name == "" {
		return placeholder{whole, 0, f}, length
	}
	if i := slices.Index(p.columns, name); i >= 0 {
		return placeholder{column, i + 1, f}, length
	}
	if n, err := strconv.Atoi(name); err == nil && strconv.Itoa(n) == name && n != 0 {
		return placeholder{column, n, f}, length
	}
	return placeholder{}, 0
}

// next finds the first placeholder in text: where it is, what, and how long. The length is 0 if there is none.
func (p *placeholders) next(text string) (at int, found placeholder, length int) {
	for at < len(text) {
		step := strings.IndexAny(text[at:], p.whole[:1]+"{")
		if step < 0 {
			break
		}
		at += step
		if found, length = p.at(text[at:]); length > 0 && !(at > 0 && text[at-1] == '$' && found.isParameter()) {
			return at, found, length
		}
		at++
	}
	return len(text), placeholder{}, 0
}

// isParameter reports whether it is a parameter of a shell, with a $ before it: ${1}, ${#} and ${name} are left to the
// shell.
func (p placeholder) isParameter() bool {
	return p.what == number || p.what == column && p.form == asIs
}

// texts are what the placeholder stands for where columns are those of the inputs of one command.
func (p placeholder) texts(columns []string) []string {
	switch p.what {
	case number:
		return []string{numberMarker}
	case slot:
		return []string{slotMarker}
	case column:
		at := p.column - 1
		if p.column < 0 {
			at = len(columns) + p.column
		}
		if at < 0 || at >= len(columns) { // a line, or the last batch, is shorter
			return []string{""}
		}
		return []string{p.form.of(columns[at])}
	}
	if p.form == asIs {
		return columns
	}
	all := make([]string, len(columns))
	for i, text := range columns {
		all[i] = p.form.of(text)
	}
	return all
}

// String is the placeholder as it is written, by its column's number if it has one.
func (p placeholder) String() string {
	switch p.what {
	case number:
		return "{#}"
	case slot:
		return "{%}"
	case column:
		return fmt.Sprintf("{%d%s}", p.column, p.form)
	}
	return fmt.Sprintf("{%s}", p.form)
}
