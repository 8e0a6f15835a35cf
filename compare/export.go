package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/plain"
)

// WriteJSON writes the report as indented JSON; [Report] and what is in it document the names. w gets everything in one
// Write.
func (r *Report) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("the report as JSON: %w", err)
	}
	var b bytes.Buffer
	plain.JSON(&b, append(text, '\n'))
	_, err = w.Write(b.Bytes())
	return err
}

// WriteFile writes a file whole or not at all: into a file beside it that then takes its name, so that nobody ever sees
// a part and what stood there before is lost only when the new is complete. A symbolic link is followed; devices,
// pipes, sockets and descriptors such as /dev/stdout are written as they are. When the file is complete but cannot take
// its name, it stays where it is, and the error says where.
//
//	err := compare.WriteFile("report.json", report.WriteJSON)
func WriteFile(path string, write func(io.Writer) error) error {
	file, err := outfile.Open(path, nil)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Discard()
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return file.Commit()
}
