package source

import (
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Columns is how lines are read that are divided into columns, without quotes. Each item's Value is a [Row], and its
// Text is the line.
type Columns struct {
	Text
	// Split divides a line, as what [SplitBy] returns does; nil has each line be one field.
	Split func(line string) []string
	// Header has the first line name the columns. A line with more or fewer fields is an error then.
	Header bool
}

// SplitBy gives how a line is divided where a separator stands: one character, or a regular expression, such as \s+.
func SplitBy(separator string) (func(line string) []string, error) {
	switch {
	case separator == "":
		return nil, fmt.Errorf("what divides columns cannot be empty: give a character, or a regular expression")
	case utf8.RuneCountInString(separator) == 1 || regexp.QuoteMeta(separator) == separator:
		return func(line string) []string { return strings.Split(line, separator) }, nil
	}
	pattern, err := regexp.Compile(separator)
	if err != nil {
		return nil, fmt.Errorf("%s is neither one character nor a regular expression: %w", quote(separator), err)
	}
	return func(line string) []string { return pattern.Split(line, -1) }, nil
}

// Items is the [Format] of such lines. Its errors are those of [Text.Items], and that of the header.
func (c Columns) Items(r io.Reader, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		names := header{from: from}
		for item, err := range c.Text.Items(r, from) {
			if err != nil {
				yield(Item{}, err)
				return
			}
			row, isRow := Row{Fields: []string{item.Text}}, true
			if c.Split != nil {
				row.Fields = c.Split(item.Text)
			}
			if c.Header {
				row, isRow, err = names.name(row.Fields, item.Line)
			}
			item.Value = row
			if (isRow || err != nil) && !yield(item, err) || err != nil {
				return
			}
		}
	}
}
