package command

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"example.com/overlap/internal/plain"
)

// writeMember writes an output as a member of the JSON of a value, in pieces: name, name_base64 where it is no UTF-8,
// or name_file where it is in a file that stays.
func (o *Output) writeMember(to io.Writer, name string) error {
	if o.path != "" {
		text, err := json.Marshal(o.path)
		return errors.Join(err, writeAll(to, `,"`, name, `_file":`, string(text)))
	}
	isText, err := o.isText()
	if err != nil {
		return err
	}
	if isText {
		if err := writeAll(to, `,"`, name, `":"`); err != nil {
			return err
		}
		_, err = o.WriteTo(&escaper{to: to})
	} else {
		if err := writeAll(to, `,"`, name, `_base64":"`); err != nil {
			return err
		}
		encoder := base64.NewEncoder(base64.StdEncoding, to)
		_, err = o.WriteTo(encoder)
		err = errors.Join(err, encoder.Close())
	}
	return errors.Join(err, writeAll(to, `"`))
}

func writeAll(to io.Writer, texts ...string) error {
	for _, text := range texts {
		if _, err := io.WriteString(to, text); err != nil {
			return err
		}
	}
	return nil
}

// isText reports whether an output is UTF-8.
func (o *Output) isText() (bool, error) {
	var c textChecker
	_, err := o.WriteTo(&c)
	if err == errNoText {
		return false, nil
	}
	return len(c.rest) == 0, err
}

var errNoText = errors.New("it is no UTF-8")

// textChecker refuses what is no UTF-8.
type textChecker struct{ rest []byte } // of a character that is not complete

// Write implements [io.Writer].
func (c *textChecker) Write(b []byte) (int, error) {
	text := b
	if len(c.rest) > 0 {
		text = append(c.rest, b...)
	}
	whole := plain.Whole(text)
	if !utf8.Valid(text[:whole]) {
		return 0, errNoText
	}
	c.rest = append([]byte(nil), text[whole:]...)
	return len(b), nil
}

// escaper writes what stands between the quotes of a text in JSON.
type escaper struct {
	to  io.Writer
	out []byte
}

// Write implements [io.Writer].
func (e *escaper) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		piece := rest[:min(len(rest), 32<<10)]
		rest = rest[len(piece):]
		e.out = e.out[:0]
		from := 0
		for at, c := range piece {
			if escape := escapes[c]; escape != "" {
				e.out = append(append(e.out, piece[from:at]...), escape...)
				from = at + 1
			}
		}
		e.out = append(e.out, piece[from:]...)
		if _, err := e.to.Write(e.out); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// escapes are what encoding/json writes for the characters that it writes otherwise than they are.
var escapes = func() (all [256]string) {
	for c := range byte(utf8.RuneSelf) {
		text, err := json.Marshal(string(rune(c)))
		if escape := text[1 : len(text)-1]; err == nil && len(escape) > 1 {
			all[c] = string(escape)
		}
	}
	return all
}()
