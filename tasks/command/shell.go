package command

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// shellCode is code for a shell that has placeholders.
//
// An input is never pasted into the code: the shell gets it as an argument, the code begins by putting the arguments
// into variables, and each placeholder becomes the expansion of one. What an expansion yields is never read as code by
// a shell, so that an input can do no harm even where the reader of the code (shellReader) took a place for another.
// What the reader decides is how the expansion is written, so that it yields the input unchanged.
type shellCode struct {
	pieces []piece
}

// A piece is code, or a placeholder in it.
type piece struct {
	code string
	placeholder
	quoting quoting
	alone   bool // a bare one that is a whole word
}

// quoting says what is around a placeholder.
type quoting int

const (
	isCode quoting = iota
	bare           // nothing: echo {}
	double         // double quotes, or the text of a << that is expanded
	single         // single quotes
)

const variablePrefix = "_overlap_"

// words are the words that run the code for inputs.
func (s *shellCode) words(shell string, inputs [][]string) []Text {
	var code strings.Builder
	var values []string
	known := map[string]int{}
	columns := slices.Concat(inputs...)
	expand := func(text string) string {
		n, ok := known[text]
		if !ok {
			values = append(values, text)
			n = len(values)
			known[text] = n
		}
		return fmt.Sprintf("${%s%d}", variablePrefix, n)
	}
	for _, p := range s.pieces {
		switch {
		case p.quoting == isCode:
			code.WriteString(p.code)
			continue
		case p.what == number || p.what == slot: // digits, which mean themselves anywhere
			code.WriteString(p.texts(nil)[0])
			continue
		}
		open, between, end := "", " ", ""
		switch p.quoting {
		case bare:
			open, end = `"`, `"`
			if p.alone {
				between = `" "`
			}
		case single:
			open, end = `'"`, `"'`
		}
		texts := p.texts(columns)
		if len(texts) == 0 {
			continue
		}
		code.WriteString(open)
		for i, text := range texts {
			if i > 0 {
				code.WriteString(between)
			}
			code.WriteString(expand(text))
		}
		code.WriteString(end)
	}
	var begin strings.Builder
	for i := range values {
		fmt.Fprintf(&begin, `%s%d="${%d}" `, variablePrefix, i+1, i+1)
	}
	if len(values) > 0 {
		fmt.Fprintf(&begin, "; shift %d; ", len(values))
	}
	words := []Text{Text(shell), "-c", Text(begin.String() + code.String()), Text(path.Base(shell))}
	return append(words, texts(values)...)
}

// cost is how many bytes an input adds or, for nil, how many there are without any; it is no exact figure.
func (s *shellCode) cost(columns []string) int {
	bytes := 0
	for _, p := range s.pieces {
		switch {
		case p.quoting == isCode && columns == nil:
			bytes += len(p.code)
		case p.quoting != isCode && columns != nil:
			for _, text := range p.texts(columns) {
				bytes += len(text) + 4*len(variablePrefix) + 32
			}
		}
	}
	return bytes
}

// readShell finds the placeholders in code, and what is around each.
func readShell(code string, p *placeholders) (*shellCode, error) {
	r := &shellReader{text: code, placeholders: p}
	r.bare(false)
	if r.err != nil {
		return nil, r.err
	}
	r.flush()
	return &shellCode{pieces: r.pieces}, nil
}
