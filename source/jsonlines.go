package source

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// JSONLines is the [Format] of one JSON value a line. Each item's Value is a [json.RawMessage], and its Text is the
// line.
func JSONLines(r io.Reader, from string) iter.Seq2[Item, error] { return Text{}.JSON(r, from) }

// JSON is the [Format] of a text whose items are JSON values, as [JSONLines] reads it.
func (t Text) JSON(r io.Reader, from string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for item, err := range t.Items(r, from) {
			if err == nil {
				value := json.RawMessage(item.Text)
				if bad := badJSON(value); bad != nil {
					err = fmt.Errorf("%s:%d: %s is no JSON (%w): give one value a line, with a text in quotes",
						from, item.Line, quote(item.Text), bad)
				}
				item.Value = value
			}
			if err != nil {
				item = Item{}
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// badJSON is what is wrong with a text that is no JSON.
func badJSON(text []byte) error {
	if json.Valid(text) {
		return nil
	}
	var value json.RawMessage
	return json.Unmarshal(text, &value)
}
