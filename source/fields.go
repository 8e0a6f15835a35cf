package source

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Texts is the source of texts that are there already.
func Texts(name string, texts ...string) *Source {
	return &Source{Name: name, Count: int64(len(texts)), repeatable: true, Items: func(yield func(Item, error) bool) {
		for _, text := range texts {
			if !yield(Item{Text: text}, nil) {
				return
			}
		}
	}}
}

// Row is the item as a row: what it is, or the fields of a JSON object with their names. Texts in JSON are without
// their quotes there, and all else in it is as it stands.
func (i Item) Row() (row Row, ok bool) {
	switch v := i.Value.(type) {
	case Row:
		return v, true
	case json.RawMessage:
		return rowOfJSON(v)
	}
	return Row{}, false
}

// Plain is the item as a text: that of [Item.String], but without the quotes of JSON.
func (i Item) Plain() string {
	var text string
	if raw, ok := i.Value.(json.RawMessage); ok && len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		return text
	}
	return i.String()
}

// rowOfJSON makes a row of a JSON object; anything else is none.
func rowOfJSON(raw json.RawMessage) (row Row, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return Row{}, false
	}
	row.Columns = []string{}
	for decoder.More() {
		name, _ := decoder.Token() // the whole is known to be JSON
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return Row{}, false
		}
		row.Columns = append(row.Columns, fmt.Sprint(name))
		row.Fields = append(row.Fields, Item{Text: string(value), Value: value}.Plain())
	}
	return row, true
}
