package fetch

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Body is what a request sends or a server answers. In JSON it is a string when it is text (valid UTF-8), and otherwise
// an object with the one field base64.
type Body []byte

type binaryBody struct {
	Base64 *[]byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (b Body) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(binaryBody{(*[]byte)(&b)})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (b *Body) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) == nil {
		*b = Body(text)
		return nil
	}
	var binary binaryBody
	if err := json.Unmarshal(data, &binary); err != nil || binary.Base64 == nil {
		return errors.New(`a body is a string, or {"base64": "…"}`)
	}
	*b = *binary.Base64
	return nil
}
