package fetch

import (
	"bytes"
	"encoding/json"
	"io"
)

// IsLarge reports whether WriteJSON is better than package json, which would have the body in memory several times.
func (p Page) IsLarge() bool { return len(p.Body) > bodyPiece }

// WriteJSON writes what package json makes of the page, in pieces.
func (p Page) WriteJSON(to io.Writer) error {
	body := p.Body
	p.Body = nil
	if len(body) == 0 {
		return writeObject(to, p, "", nil)
	}
	return writeObject(to, p, "body", body.writeJSON)
}

// IsLarge reports whether WriteJSON is better than package json.
func (f Failure) IsLarge() bool { return f.Page != nil && f.Page.IsLarge() }

// WriteJSON writes what package json makes of the failure, in pieces.
func (f Failure) WriteJSON(to io.Writer) error {
	page := f.Page
	f.Page = nil
	if page == nil {
		return writeObject(to, f, "", nil)
	}
	return writeObject(to, f, "page", page.WriteJSON)
}

// writeObject writes the JSON of a struct, which has a field, with one field more at its end, unless write is nil.
func writeObject(to io.Writer, fields any, last string, write func(to io.Writer) error) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		return err
	}
	object := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	if write == nil {
		_, err := to.Write(object)
		return err
	}
	object = append(bytes.TrimSuffix(object, []byte("}")), `,"`+last+`":`...)
	if _, err := to.Write(object); err != nil {
		return err
	}
	if err := write(to); err != nil {
		return err
	}
	_, err := io.WriteString(to, "}")
	return err
}
