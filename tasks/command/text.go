package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Text is text of any bytes, as the arguments of programs and the names of files are. In JSON it is a string or, if it
// is not UTF-8, an object with the one field base64.
type Text string

type encodedText struct {
	Base64 *[]byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (t Text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	raw := []byte(t)
	return json.Marshal(encodedText{&raw})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) == nil {
		*t = Text(s)
		return nil
	}
	var encoded encodedText
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&encoded); err != nil || encoded.Base64 == nil {
		return errors.New(`a text is a string, or {"base64": "…"}`)
	}
	*t = Text(*encoded.Base64)
	return nil
}

// texts turns strings into Texts.
func texts(words []string) []Text {
	all := make([]Text, len(words))
	for i, word := range words {
		all[i] = Text(word)
	}
	return all
}
