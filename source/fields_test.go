package source

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestItemAsRowAndText(t *testing.T) {
	for value, want := range map[string]string{
		`{"b": "x y", "a": [1, 2], "n": null}`: `[b a n] [x y [1, 2] null] {"b": "x y", "a": [1, 2], "n": null}`,
		`{}`:                                   `[] [] {}`,
		`"x\ny"`:                               "none x\ny",
		`[1]`:                                  `none [1]`,
		` {"a":1}`:                             `[a] [1]  {"a":1}`,
	} {
		item := Item{Text: value, Value: json.RawMessage(value)}
		got := "none"
		if row, ok := item.Row(); ok {
			got = fmt.Sprint(row.Columns, row.Fields)
		}
		if got += " " + item.Plain(); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
	if row, ok := (Item{Value: Row{Fields: []string{"a"}}}).Row(); !ok || row.String() != "a" {
		t.Error(row, ok)
	}
	if _, ok := (Item{Text: "{}"}).Row(); ok {
		t.Error("a text is a row")
	}
}

// Whatever is JSON has a text, and is a row if it is an object.
func FuzzItemRow(f *testing.F) {
	f.Add(`{"a": {"b": [1]}, "a": "\u00e9"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		item := Item{Text: text, Value: json.RawMessage(text)}
		row, ok := item.Row()
		if isObject := strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{"); ok != isObject {
			t.Fatalf("%q is a row: %v", text, ok)
		}
		if len(row.Columns) != len(row.Fields) {
			t.Fatalf("%q: %q", text, row)
		}
		_ = item.Plain()
	})
}
