package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"example.com/overlap/compare"
	"example.com/overlap/internal/plain"
)

// WriteJSON writes a report as indented JSON; [compare.Report] and what is in it document the names. w gets everything
// in one Write.
func WriteJSON(w io.Writer, r *compare.Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("the report as JSON: %w", err)
	}
	text = flatArray.ReplaceAllFunc(text, func(array []byte) []byte { return indented.ReplaceAll(array, []byte(" ")) })
	var b bytes.Buffer
	plain.JSON(&b, append(text, '\n'))
	_, err = w.Write(b.Bytes())
	return err
}

// ReadJSON reads a report that [WriteJSON] has written. It is an error if there is none, or one that cannot be shown.
func ReadJSON(from io.Reader) (*compare.Report, error) {
	var r compare.Report
	err := json.NewDecoder(from).Decode(&r)
	if err == nil {
		err = check(&r)
	}
	if err != nil {
		return nil, fmt.Errorf("that is no report of a comparison: %w", err)
	}
	return &r, nil
}

// An array of 8 or more numbers or words is one line: a timeline has thousands of them. Text of JSON has no line ends, so
// that nothing within a string is taken for indentation.
var (
	flatArray = regexp.MustCompile(`\[\n\s*(?:(?:[-+.0-9eE]+|"[a-z ]*"),\n\s*){7,}(?:[-+.0-9eE]+|"[a-z ]*")\n\s*\]`)
	indented  = regexp.MustCompile(`\n\s*`)
)
