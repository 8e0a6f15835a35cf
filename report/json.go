package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

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
	var b bytes.Buffer
	plain.JSON(&b, append(text, '\n'))
	_, err = w.Write(b.Bytes())
	return err
}
