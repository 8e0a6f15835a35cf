package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Row is an item of several texts: a row of CSV, a line that was divided into columns, or a combination of what several
// sources give. As JSON it is an object where its columns have names, and else an array.
type Row struct {
	Columns []string // their names; nil where they have none
	Fields  []string
}

// String is the fields with a space between them.
func (r Row) String() string { return strings.Join(r.Fields, " ") }

// Field is the field of the column with a name, of the first one where several have it.
func (r Row) Field(name string) (text string, ok bool) {
	i := slices.Index(r.Columns, name)
	if i < 0 || i >= len(r.Fields) {
		return "", false
	}
	return r.Fields[i], true
}

// MarshalJSON writes the row in the order of its columns.
func (r Row) MarshalJSON() ([]byte, error) {
	if r.Columns == nil {
		return json.Marshal(r.Fields)
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, text := range r.Fields {
		if i > 0 {
			out.WriteByte(',')
		}
		name, _ := json.Marshal(r.Columns[i]) // strings never fail
		value, _ := json.Marshal(text)
		fmt.Fprintf(&out, "%s:%s", name, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// header gives rows the names of their columns, which the first one has.
type header struct {
	from    string
	columns []string
}

// name names the columns of a row. Of the first it reports that it is none.
func (h *header) name(fields []string, line int) (row Row, isRow bool, err error) {
	switch {
	case h.columns == nil:
		h.columns = fields
		return Row{}, false, nil
	case len(fields) != len(h.columns):
		return Row{}, false, fmt.Errorf("%s:%d: the row has %s, and the header %d", h.from, line,
			count(len(fields), "field"), len(h.columns))
	}
	return Row{h.columns, fields}, true, nil
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
