package command

import (
	"regexp"
	"strings"
)

// simpleCommand is the command of a shell that is being read, so far as it says what becomes of its arguments.
type simpleCommand struct {
	name       string // "" before it
	previous   string // the word before this one
	input      bool   // this word has one in it
	afterInput bool   // the word before it has
	redirected bool   // this word is where a < or > leads
	calculates bool   // an option has declare calculate with values, or read them as names
}

// evaluators are the commands that read an argument, wherever it stands, as code, or as the name of a variable, whose
// subscript bash calculates with: it runs $(id) in a[$(id)].
var evaluators = map[string]string{
	"let":       "give the value to a program that calculates, such as expr",
	"trap":      `put it into a variable first, as in f={}; trap 'rm -f "$f"' EXIT`,
	"unset":     "name the variable itself",
	"read":      "name the variable itself",
	"mapfile":   "name the variable itself",
	"readarray": "name the variable itself",
	"getopts":   "name the variable itself",
	"compgen":   "write what is meant itself",
	"complete":  "write what is meant itself",
}

// declarers take NAME=VALUE.
var declarers = map[string]bool{"declare": true, "typeset": true, "local": true, "readonly": true, "export": true}

// prefixes are the words that stand before the name of a command.
var prefixes = map[string]bool{"builtin": true, "command": true}

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\[.*\])?\+?=`)

// endWord is told of each word of the command.
func (c *simpleCommand) endWord(word string, started bool) (moreBefore bool) {
	switch {
	case c.redirected:
		c.redirected = false
		return started
	case started && (assignment.MatchString(word) || prefixes[word]):
		return true
	case started:
		*c = simpleCommand{name: word}
	case declarers[c.name] && strings.HasPrefix(word, "-") && strings.ContainsAny(word, "inaA"):
		c.calculates = true
	}
	c.previous, c.afterInput, c.input = word, c.input, false
	return false
}

// evaluates says what the command does with an input that stands at the end of what there is of this word, and what to
// write instead; "" if nothing but taking it as it is.
func (c *simpleCommand) evaluates(word string) (where, instead string) {
	if c.redirected {
		return "", ""
	}
	advice, always := evaluators[c.name]
	switch {
	case always:
		return "among the arguments of " + c.name, advice + ": the shell reads it as code there"
	case declarers[c.name] && c.calculates:
		return "behind the options of " + c.name, "leave the options out: the shell reads it as code there"
	case declarers[c.name] && !strings.Contains(word, "="):
		return "into the name behind " + c.name, `name the variable itself, as in ` + c.name + ` x="{}"`
	case c.name == "printf" && (c.previous == "-v" || strings.HasPrefix(word, "-v")):
		return "behind printf -v", "name the variable itself: the shell calculates with what is between its [ ]"
	case (c.name == "test" || c.name == "[") && (c.previous == "-v" || c.previous == "-R"):
		return "behind " + c.name + " " + c.previous, "name the variable itself: the shell calculates with what is between its [ ]"
	}
	if (c.name == "test" || c.name == "[") && c.afterInput {
		return "behind another one in " + c.name, "write an operator before or between them: the first one may be -v"
	}
	return "", ""
}
