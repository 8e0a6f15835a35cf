package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// shellReader walks through code for a shell and follows its quotes, so far as it must to know what is around a
// placeholder. Where that cannot be known, or an expansion there would be calculated with (bash runs $(id) in a value
// that is so used), the placeholder is refused.
type shellReader struct {
	text string
	at   int
	from int // the code from here on is in no piece yet
	*placeholders
	pieces []piece
	err    error

	word     string    // the one it is in, with its quotes; "" between words
	isStart  bool      // a command may begin here
	here     []hereDoc // whose texts begin at the next line
	inTest   bool      // in [[ ]]
	hasInput bool      // of that

	command    simpleCommand
	integers   bool   // a declare may have made variables that are calculated with when they are assigned
	calculated string // where the shell calculates with what the code being read prints, or reads it as code; "" for nowhere
}

// hereDoc is a << that has been read.
type hereDoc struct {
	end      string
	quoted   bool // its text is not expanded
	stripped bool // <<-
}

// refuse ends the reading at a placeholder.
func (r *shellReader) refuse(where, instead string) {
	if r.err == nil {
		r.err = fmt.Errorf("an input cannot be put %s of shell code (at %.40q): %s", where, r.rest(), instead)
	}
}

func (r *shellReader) rest() string { return r.text[min(r.at, len(r.text)):] }

// more reports whether there is anything left to read.
func (r *shellReader) more() bool { return r.err == nil && r.at < len(r.text) }

func (r *shellReader) flush() {
	if r.from < r.at {
		r.pieces = append(r.pieces, piece{code: r.text[r.from:r.at]})
	}
	r.from = r.at
}

// takes reads a placeholder that the rest begins with, if it does.
func (r *shellReader) takes(q quoting) bool {
	found, length := r.placeholders.at(r.rest())
	if length == 0 {
		return false
	}
	afterDollar := r.at > 0 && r.text[r.at-1] == '$'
	switch {
	case afterDollar && q == single && found.isParameter():
		return false
	case afterDollar && q != single:
		r.refuse("after a $", "put it into a variable first, as in x={}; echo $x")
	case r.calculated != "":
		r.refuse("into a $( ) "+r.calculated, "the shell reads what it prints as code there")
	case r.integers && r.isStart && strings.Contains(r.word, "="):
		r.refuse("into a variable behind a declare -i or -n", "leave these options out: the shell calculates with it there")
	case (found.what == whole || found.what == column) && r.command.name == "printf" && formatBegins.MatchString(r.text[:r.at]):
		r.refuse("as the format of printf", "give it as an argument, as in printf '%s' {}: it may be read as an option")
	case arraySubscript.MatchString(r.word):
		r.refuse("between the [ ] of an array", "a shell calculates with it there; quote the [ if it is no array")
	}
	if where, instead := r.command.evaluates(r.word); where != "" && found.what != number && found.what != slot {
		r.refuse(where, instead)
	}
	r.command.input = true
	r.hasInput = r.hasInput || found.what == whole || found.what == column
	r.flush()
	r.at += length
	r.from = r.at
	alone := r.word == "" && (r.at == len(r.text) || strings.IndexByte(" \t\n;&|()<>", r.text[r.at]) >= 0)
	r.pieces = append(r.pieces, piece{placeholder: found, quoting: q, alone: alone})
	if q == bare {
		r.word += "x"
	}
	return true
}

var arraySubscript = regexp.MustCompile(`^(.*=\()?([A-Za-z_][A-Za-z0-9_]*)?\[[^\]]*$`)

var formatBegins = regexp.MustCompile(`printf[ \t]+["']?$`)

// bare reads code outside of quotes, to its end or, if inner is set, to the ) that ends it.
func (r *shellReader) bare(inner bool) {
	cases := []int{0} // how many case commands are open, for each parenthesis that is
	r.isStart, r.word = true, ""
	for r.more() {
		if r.takes(bare) {
			continue
		}
		switch c := r.text[r.at]; c {
		case '\\':
			r.backslash()
			r.word += "x"
		case '\'', '"', '`', '$':
			r.word += string(c)
			r.quote(false)
		case '#':
			if r.word != "" {
				r.word += "#"
				r.at++
			} else if n := strings.IndexByte(r.rest(), '\n'); n >= 0 {
				r.at += n
			} else {
				r.at = len(r.text)
			}
		case ' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')':
			r.endWord(&cases[len(cases)-1])
			if r.operator(c, &cases, inner) {
				return
			}
		default:
			r.word += string(c)
			r.at++
		}
	}
	r.endWord(&cases[len(cases)-1])
	if r.err == nil && (inner || len(cases) > 1) {
		r.unfinished("a ( without its )")
	}
	if r.err == nil && len(r.here) > 0 {
		r.unfinished("a << without its text")
	}
}

func (r *shellReader) unfinished(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("the shell code has %s: %.80q", what, r.text)
	}
}

// beforeCommands are the words after which a command begins.
var beforeCommands = []string{"if", "then", "elif", "else", "while", "until", "do", "{", "!", "time", "in"}

var calculates = []string{"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"}

// endWord is at the end of a word, and counts the case commands.
func (r *shellReader) endWord(cases *int) {
	word, started := r.word, r.isStart
	r.word = ""
	if word == "" {
		return
	}
	more := r.command.endWord(word, started)
	r.integers = r.integers || r.command.calculates
	r.isStart = more || slices.Contains(beforeCommands, word)
	switch {
	case word == "case" && started:
		*cases++
	case word == "esac" && *cases > 0:
		*cases--
	case word == "[[" && started:
		r.inTest, r.hasInput = true, false
	case word == "]]":
		r.inTest = false
	case r.inTest && slices.Contains(calculates, word) && strings.Contains(r.text, "[["):
		if r.testHasInput() {
			instead := "; use [ … ] instead"
			if word == "-v" {
				instead = "; name the variable itself"
			}
			r.refuse("into [[ … "+word+" … ]]", "the shell calculates with it there"+instead)
		}
	}
}

// testHasInput reports whether the [[ ]] that is being read has an input in it, before or behind.
func (r *shellReader) testHasInput() bool {
	if r.hasInput {
		return true
	}
	rest, _, _ := strings.Cut(r.rest(), "]]")
	_, _, length := r.placeholders.next(rest)
	return length > 0
}

// operator reads what separates words, and reports whether that is the ) that ends the code.
func (r *shellReader) operator(c byte, cases *[]int, inner bool) (ended bool) {
	switch c {
	case '(':
		if strings.HasPrefix(r.rest(), "((") {
			r.calculation("((")
			return false
		}
		*cases = append(*cases, 0)
	case ')':
		last := len(*cases) - 1
		switch {
		case (*cases)[last] > 0: // ends a pattern
		case last > 0:
			*cases = (*cases)[:last]
		case inner:
			r.at++
			return true
		}
	case '<':
		if strings.HasPrefix(r.rest(), "<<") && !strings.HasPrefix(r.rest(), "<<<") {
			r.hereBegins()
			return false
		}
		for strings.HasPrefix(r.rest(), "<<") { // <<<
			r.at++
		}
	case '\n':
		r.at++
		r.isStart, r.command = true, simpleCommand{}
		r.hereTexts()
		return false
	}
	isRedirection := c == '<' || c == '>' || c == '&' && (r.at > 0 && strings.IndexByte("<>", r.text[r.at-1]) >= 0 ||
		strings.HasPrefix(r.rest(), "&>"))
	switch {
	case isRedirection:
		r.command.redirected = true
	case c != ' ' && c != '\t':
		r.isStart, r.command = true, simpleCommand{}
	}
	r.at++
	return false
}

// backslash reads a backslash and the character that it makes mean itself.
func (r *shellReader) backslash() {
	r.at++
	if _, length := r.placeholders.at(r.rest()); length > 0 {
		r.refuse("behind a backslash", "leave the backslash out, or choose another placeholder (-I) if the text is meant")
	}
	r.at = min(r.at+1, len(r.text))
}
