package command

import (
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
)

// Syntax says how the words of a template are read. Its zero value reads them as xargs -I{} and GNU parallel do,
// without a shell.
type Syntax struct {
	Placeholder string   // what stands for the whole input; "" means {}. {.}, {1} and the others stay as they are
	Columns     []string // names of the inputs' columns: {name} stands for one; without them it is ordinary text
	MaxArgs     int      // how many inputs one command gets at most, as MaxBytes allows; 0 means 1, or any number if Fill is set
	Fill        bool     // put as many inputs on a command line as MaxBytes and MaxArgs allow
	MaxBytes    int      // of a command line with several inputs, each word with the byte that ends it; 0 means 128 KiB
	Shell       string   // a shell like sh that is given the words, with spaces between them, as code; "" means none
	Literal     bool     // append no placeholder where there is none: the input is for standard input, say
}

const defaultMaxBytes = 128 << 10

// Template is a command line with placeholders. [Parse] makes one; it never changes and is safe for concurrent use, but
// for Base, which must be set before its first use.
//
// Of an input a/b.tar.gz, {} is all, {.} is it without its last extension (a/b.tar), {/} its base name (b.tar.gz), {//}
// its folder (a), and {/.} the base name without extension (b.tar). {2}, {2.}, {2/} and so on mean its second column,
// and of an input with one column the second input of the batch. {#} is the number of the call in its job, from 1, and
// {%} that of its worker, from 1 to as many as run at once. Where there is no placeholder, {} is appended.
//
// A placeholder is replaced inside its word, and the word stays one. A word that is {} alone becomes one word for each
// column, and one that has such a placeholder and others becomes one word for each input.
type Template struct {
	// Base is copied into each input: its directory, environment, niceness and results.
	Base Input

	words  [][]part
	shell  *shellCode // nil without a shell
	syntax Syntax
}

// A part of a word is text, or a placeholder if it has none.
type part struct {
	text string
	placeholder
	isText bool
}

// Parse reads the words of a command line. It fails when there are none, when a word has a NUL, and with Syntax.Shell
// when a placeholder stands where no shell could be given an input safely; that error says how to write it.
func Parse(words []string, syntax Syntax) (*Template, error) {
	if len(words) == 0 {
		return nil, errors.New("there is no command to run")
	}
	for _, word := range words {
		if strings.IndexByte(word, 0) >= 0 {
			return nil, fmt.Errorf("the command's word %q holds a NUL, which no argument can", word)
		}
	}
	if syntax.Placeholder == "" {
		syntax.Placeholder = "{}"
	}
	if syntax.MaxArgs == 0 && !syntax.Fill {
		syntax.MaxArgs = 1
	}
	if syntax.MaxBytes == 0 {
		syntax.MaxBytes = defaultMaxBytes
	}
	t := &Template{syntax: syntax}
	reader := &placeholders{whole: syntax.Placeholder, columns: syntax.Columns}
	found := false
	for _, word := range words {
		parts := reader.parts(word)
		found = found || slices.ContainsFunc(parts, func(p part) bool { return !p.isText })
		t.words = append(t.words, parts)
	}
	if !found && !syntax.Literal {
		t.words = append(t.words, []part{{placeholder: placeholder{what: whole}}})
		words = append(slices.Clone(words), syntax.Placeholder)
	}
	if syntax.Shell == "" {
		return t, nil
	}
	if !slices.Contains([]string{"sh", "bash", "dash", "ksh", "mksh", "zsh", "ash"}, path.Base(syntax.Shell)) {
		return nil, fmt.Errorf("%s is no shell whose quoting is known here: use sh or bash, or run %s itself as the command",
			syntax.Shell, syntax.Shell)
	}
	var err error
	t.shell, err = readShell(strings.Join(words, " "), reader)
	return t, err
}

// parts cuts a word at its placeholders.
func (p *placeholders) parts(word string) []part {
	var parts []part
	for {
		at, found, length := p.next(word)
		if at > 0 {
			parts = append(parts, part{text: word[:at], isText: true})
		}
		if length == 0 {
			if len(parts) == 0 {
				parts = []part{{isText: true}} // the empty word
			}
			return parts
		}
		parts = append(parts, part{placeholder: found})
		if word = word[at+length:]; word == "" {
			return parts
		}
	}
}

// Input is the command for one input with the given columns, mostly one. It fails when a column has a NUL, which no
// argument can hold.
func (t *Template) Input(columns ...string) (Input, error) { return t.Batch([][]string{columns}) }

// Batch is the command for several inputs on one command line.
func (t *Template) Batch(inputs [][]string) (Input, error) {
	in := t.Base
	for _, columns := range inputs {
		for _, text := range columns {
			if strings.IndexByte(text, 0) >= 0 && t.usesInputs() {
				return Input{}, fmt.Errorf("the input %.80q holds a NUL, which no argument of a program can: "+
					"give the command its standard input instead", text)
			}
		}
	}
	in.Tag = Text(strings.Join(slices.Concat(inputs...), " "))
	if t.shell != nil {
		in.Words = t.shell.words(t.syntax.Shell, inputs)
		return in, nil
	}
	in.Words = make([]Text, 0, len(t.words)+len(inputs))
	for _, word := range t.words {
		in.Words = appendWord(in.Words, word, inputs)
	}
	return in, nil
}

// usesInputs reports whether the inputs become part of the words.
func (t *Template) usesInputs() bool {
	return slices.ContainsFunc(t.words, func(word []part) bool {
		return slices.ContainsFunc(word, func(p part) bool { return !p.isText && (p.what == whole || p.what == column) })
	})
}

// appendWord appends what a word of the template becomes.
func appendWord(to []Text, word []part, inputs [][]string) []Text {
	if len(word) == 1 && word[0].isText {
		return append(to, Text(word[0].text))
	}
	if len(word) == 1 && word[0].what == whole {
		return append(to, texts(word[0].texts(slices.Concat(inputs...)))...)
	}
	if !repeats(word, inputs) {
		return append(to, oneWord(word, inputs, slices.Concat(inputs...)))
	}
	for _, columns := range inputs {
		to = append(to, oneWord(word, [][]string{columns}, columns))
	}
	return to
}

// repeats reports whether a word becomes one for each input. {2} means the second column where inputs have columns, so
// the word is then one of each input; else it means the second input.
func repeats(word []part, inputs [][]string) bool {
	several := slices.ContainsFunc(inputs, func(columns []string) bool { return len(columns) > 1 })
	return slices.ContainsFunc(word, func(p part) bool {
		return !p.isText && (p.what == whole || p.what == column && several)
	})
}

// oneWord is a word with its placeholders replaced, several texts for one joined by spaces.
func oneWord(word []part, inputs [][]string, columns []string) Text {
	var b strings.Builder
	for _, p := range word {
		if p.isText {
			b.WriteString(p.text)
			continue
		}
		of := columns
		if p.what == whole {
			of = slices.Concat(inputs...)
		}
		for i, text := range p.texts(of) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(text)
		}
	}
	return Text(b.String())
}

// Inputs makes commands of inputs, each of which is its columns: one command for each, or for as many as [Batches] puts
// together. Their Numbers count from 1. An error of the source ends the sequence, after the command for the inputs
// before it; so does an input that has a NUL.
func (t *Template) Inputs(source iter.Seq2[[]string, error]) iter.Seq2[Input, error] {
	return func(yield func(Input, error) bool) {
		var number int64
		for batch, err := range Batches(t, source, func(columns []string) []string { return columns }) {
			var in Input
			if err == nil {
				in, err = t.Batch(batch)
			}
			number++
			in.Number = number
			if !yield(in, err) || err != nil {
				return
			}
		}
	}
}

// Batches puts inputs together that go on one command line of a template, as its Syntax.MaxArgs and Syntax.Fill say.
// columns gives those of an input. An error of the source ends the sequence, after the batch of the inputs before it.
// It reads no further than it must to end the next batch, which for Fill is one input more.
func Batches[T any](t *Template, source iter.Seq2[T, error], columns func(T) []string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var batch []T
		size := 0
		end := func() (more bool) {
			full := batch
			batch, size = nil, 0
			return len(full) == 0 || yield(full, nil)
		}
		for input, err := range source {
			if err != nil {
				if end() {
					yield(nil, err)
				}
				return
			}
			if t.syntax.Fill || t.syntax.MaxArgs > 1 {
				cost := t.cost(columns(input))
				if len(batch) > 0 && t.cost(nil)+size+cost > t.syntax.MaxBytes && !end() {
					return
				}
				size += cost
			}
			batch = append(batch, input)
			if len(batch) == t.syntax.MaxArgs && !end() {
				return
			}
		}
		end()
	}
}

// cost is how many bytes an input adds to a command line or, for nil, how many there are without any.
func (t *Template) cost(columns []string) int {
	if t.shell != nil {
		return t.shell.cost(columns)
	}
	bytes := 0
	for _, word := range t.words {
		repeated := repeats(word, [][]string{columns})
		switch {
		case columns == nil && !repeated:
			for _, text := range appendWord(nil, word, nil) {
				bytes += len(text) + 1 + 20*strings.Count(string(text), "\x00")/2 // a number has up to 20 digits
			}
		case columns != nil && repeated:
			for _, text := range appendWord(nil, word, [][]string{columns}) {
				bytes += len(text) + 1
			}
		}
	}
	return bytes
}
