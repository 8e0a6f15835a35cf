package command

import "strings"

// quote reads what begins with a quote, a backquote or a $. inDouble says that it stands in double quotes.
func (r *shellReader) quote(inDouble bool) {
	rest := r.rest()
	switch {
	case rest[0] == '\'':
		r.at++
		r.single()
	case rest[0] == '"':
		r.at++
		r.double(true)
	case rest[0] == '`':
		r.backquote()
	case strings.HasPrefix(rest, "$(("):
		r.at++
		r.calculation("$((")
	case strings.HasPrefix(rest, "$["):
		r.refuseIn("between $[ ]", "the shell calculates with it there", strings.IndexByte(rest, ']'))
	case strings.HasPrefix(rest, "$("):
		r.at += 2
		r.nested()
	case strings.HasPrefix(rest, "${"):
		if _, length := r.placeholders.at(rest[1:]); length == 2 { // {} itself
			r.at++
			r.refuse("after a $", "put it into a variable first, as in x={}; echo $x")
			return
		}
		r.at += 2
		r.braces(inDouble)
	case strings.HasPrefix(rest, "$'") && !inDouble:
		r.escaped()
	default:
		r.at++
	}
}

// nested reads the code of a $( ).
func (r *shellReader) nested() {
	outer := *r
	if where, _ := r.command.evaluates(r.word); where != "" {
		r.calculated = where
	}
	if arraySubscript.MatchString(r.word) {
		r.calculated = "between the [ ] of an array"
	}
	r.here, r.inTest, r.command = nil, false, simpleCommand{}
	r.bare(true)
	r.word, r.here, r.inTest, r.isStart = outer.word, outer.here, outer.inTest, false
	r.command, r.calculated = outer.command, outer.calculated
}

// single reads up to the single quote that ends it.
func (r *shellReader) single() {
	for r.more() {
		if r.takes(single) {
			continue
		}
		r.at++
		if r.text[r.at-1] == '\'' {
			return
		}
	}
	r.unfinished("a ' without the second")
}

// double reads double quotes, up to the one that ends them or, for a text that is no more than expanded as in them, to
// its end.
func (r *shellReader) double(quoted bool) {
	for r.more() {
		if r.takes(double) {
			continue
		}
		switch c := r.text[r.at]; {
		case c == '\\':
			r.backslash()
		case c == '`' || c == '$':
			r.quote(true)
		case c == '"' && quoted:
			r.at++
			return
		default:
			r.at++
		}
	}
	if quoted {
		r.unfinished(`a " without the second`)
	}
}

// refuseIn reads length bytes more, where no placeholder may be; length is -1 if their end is missing.
func (r *shellReader) refuseIn(where, instead string, length int) {
	if length < 0 {
		r.unfinished("no end of what begins " + where)
		return
	}
	if at, _, found := r.placeholders.next(r.rest()[:length]); found > 0 {
		r.at += at
		r.refuse(where, instead)
		return
	}
	r.at += length + 1
}

// backquote reads a command in backquotes, where quotes are read twice.
func (r *shellReader) backquote() {
	r.at++
	rest := r.rest()
	end := 0
	for end < len(rest) && rest[end] != '`' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(rest) {
		end = -1
	}
	r.refuseIn("into backquotes", "write $( ) instead of them", end)
}

// calculation reads (( )), with r.at at the first of the two.
func (r *shellReader) calculation(begins string) {
	rest := r.rest()
	open := 0
	for end := range len(rest) {
		switch rest[end] {
		case '(':
			open++
		case ')':
			open--
			if open == 0 {
				r.refuseIn("between "+begins+" ))",
					"the shell calculates with it there; where no calculation is meant, put a space between the parentheses", end)
				return
			}
		}
	}
	r.unfinished(begins + " without its ))")
}

// escaped reads $' ', which has backslashes in some shells and not in others.
func (r *shellReader) escaped() {
	r.at += 2
	end := strings.IndexByte(r.rest(), '\'')
	if end > 0 && r.rest()[end-1] == '\\' {
		r.refuse(`behind $'…\'`, `write "$(printf …)" or other quotes instead, which mean the same in each shell`)
		return
	}
	r.refuseIn("between $' '", "use other quotes", end)
}

// braces reads a ${ } to its end.
func (r *shellReader) braces(inDouble bool) {
	outer := r.calculated
	r.calculated = "between ${ }" // which may be a subscript
	defer func() { r.calculated = outer }()
	for r.more() {
		if _, length := r.placeholders.at(r.rest()); length > 0 {
			r.refuse("between ${ }", "put it into a variable first, as in x={}; echo ${x%.c}")
			return
		}
		switch c := r.text[r.at]; {
		case c == '}':
			r.at++
			return
		case c == '\\':
			r.backslash()
		case c == '\'' && inDouble:
			r.at++
		case c == '\'' || c == '"' || c == '`' || c == '$':
			r.quote(inDouble)
		default:
			r.at++
		}
	}
	r.unfinished("a ${ without its }")
}

// hereBegins reads << and the word that is to end its text.
func (r *shellReader) hereBegins() {
	r.at += 2
	var h hereDoc
	if strings.HasPrefix(r.rest(), "-") {
		h.stripped = true
		r.at++
	}
	r.at += len(r.rest()) - len(strings.TrimLeft(r.rest(), " \t"))
	for r.more() && strings.IndexByte(" \t\n;&|()<>", r.text[r.at]) < 0 {
		if _, length := r.placeholders.at(r.rest()); length > 0 {
			r.refuse("behind a <<", "name another word")
			return
		}
		switch c := r.text[r.at]; c {
		case '\'', '"':
			h.quoted = true
			end := strings.IndexByte(r.rest()[1:], c)
			if end < 0 {
				r.unfinished("a quote without its end")
				return
			}
			h.end += r.rest()[1 : 1+end]
			r.at += end + 1
		case '\\':
			h.quoted = true
			if r.at+1 < len(r.text) {
				r.at++
				h.end += r.text[r.at : r.at+1]
			}
		default:
			h.end += string(c)
		}
		r.at++
	}
	r.here = append(r.here, h)
	r.isStart = false
}

// hereTexts reads the texts of << at the beginning of a line.
func (r *shellReader) hereTexts() {
	here := r.here
	r.here = nil
	for _, h := range here {
		end := r.at
		for {
			line, _, whole := strings.Cut(r.text[end:], "\n")
			if h.stripped {
				line = strings.TrimLeft(line, "\t")
			}
			if line == h.end {
				break
			}
			if !whole {
				r.unfinished("a << whose text does not end")
				return
			}
			end += strings.IndexByte(r.text[end:], '\n') + 1
		}
		text := r.text
		r.text = text[:end]
		if h.quoted {
			if at, _, found := r.placeholders.next(r.rest()); found > 0 {
				r.at += at
				r.refuse("into the text of a << whose word is quoted", "leave the quotes out, as in <<END")
			}
			r.at = end
		} else {
			r.double(false)
		}
		r.text = text
		if h.stripped {
			r.at = len(text) - len(strings.TrimLeft(text[r.at:], "\t"))
		}
		r.at += len(h.end)
	}
}
