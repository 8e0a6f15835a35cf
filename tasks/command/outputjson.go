package command

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// outputMember is an output as a member of the JSON of a value. It is written here, since encoding/json would hold several
// copies of an output that may have 64 MiB.
type outputMember struct {
	start string // the name, with what stands before it and behind
	bytes []byte
	isRaw bool // in base64
	text  []byte
}

// member is name, name_base64 where the output is no UTF-8, or name_file where it is in a file.
func (o *Output) member(name string) (m outputMember, err error) {
	if o.path != "" {
		text, err := json.Marshal(o.path)
		return outputMember{start: `,"` + name + `_file":`, text: text}, err
	}
	b, err := o.Bytes()
	if utf8.Valid(b) {
		return outputMember{start: `,"` + name + `":"`, bytes: b}, err
	}
	return outputMember{start: `,"` + name + `_base64":"`, bytes: b, isRaw: true}, err
}

func (m *outputMember) size() int {
	switch {
	case m.text != nil:
		return len(m.start) + len(m.text)
	case m.isRaw:
		return len(m.start) + base64.StdEncoding.EncodedLen(len(m.bytes)) + 1
	}
	size := len(m.start) + len(m.bytes) + 1
	for _, c := range m.bytes {
		if escape := escapes[c]; escape != "" {
			size += len(escape) - 1
		}
	}
	return size
}

func (m *outputMember) append(to []byte) []byte {
	to = append(to, m.start...)
	switch {
	case m.text != nil:
		return append(to, m.text...)
	case m.isRaw:
		return append(base64.StdEncoding.AppendEncode(to, m.bytes), '"')
	}
	from := 0
	for at, c := range m.bytes {
		if escape := escapes[c]; escape != "" {
			to = append(append(to, m.bytes[from:at]...), escape...)
			from = at + 1
		}
	}
	return append(append(to, m.bytes[from:]...), '"')
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
