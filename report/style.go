package report

import "strings"

// Style is how a report is shown on a terminal.
type Style struct {
	Color bool // with ANSI colour codes
	Width int  // in characters; 0 means as wide as it gets
}

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string   { return s.paint("1", text) }
func (s Style) dim(text string) string    { return s.paint("2", text) }
func (s Style) red(text string) string    { return s.paint("31", text) }
func (s Style) green(text string) string  { return s.paint("32", text) }
func (s Style) yellow(text string) string { return s.paint("33", text) }

// wrap breaks text into lines of at most the style's width, each but the first behind an indent.
func (s Style) wrap(text, indent string) string {
	if s.Width <= 0 {
		return text
	}
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(text) {
		length := len([]rune(word))
		switch {
		case i == 0:
		case used+1+length > s.Width:
			b.WriteString("\n" + indent)
			used = len([]rune(indent))
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += length
	}
	return b.String()
}
