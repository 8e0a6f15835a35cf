package fetch

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"example.com/overlap/internal/plain"
)

// Body is what a request sends or a server answers. In JSON it is a string when it is text (valid UTF-8), and otherwise
// an object with the one field base64.
type Body []byte

type binaryBody struct {
	Base64 *[]byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (b Body) MarshalJSON() ([]byte, error) {
	var size counter
	if err := b.writeJSON(&size); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	text.Grow(int(size)) // growing step by step would take several times the memory
	err := b.writeJSON(&text)
	return text.Bytes(), err
}

type counter int64

// Write implements [io.Writer].
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// bodyPiece is how much of a body is encoded at once.
const bodyPiece = 32 << 10

// writeJSON writes the JSON of a body in pieces: a byte of it may take six in JSON.
func (b Body) writeJSON(to io.Writer) error {
	if !utf8.Valid(b) {
		return b.writeBinary(to)
	}
	if _, err := io.WriteString(to, `"`); err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for rest := b; len(rest) > 0; {
		piece := rest[:min(len(rest), bodyPiece)]
		piece = piece[:plain.Whole(piece)]
		rest = rest[len(piece):]
		text.Reset()
		if err := encoder.Encode(string(piece)); err != nil {
			return err
		}
		if _, err := to.Write(text.Bytes()[1 : text.Len()-len("\"\n")]); err != nil {
			return err
		}
	}
	_, err := io.WriteString(to, `"`)
	return err
}

func (b Body) writeBinary(to io.Writer) error {
	if _, err := io.WriteString(to, `{"base64":"`); err != nil {
		return err
	}
	encoder := base64.NewEncoder(base64.StdEncoding, to)
	if _, err := encoder.Write(b); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(to, `"}`)
	return err
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
