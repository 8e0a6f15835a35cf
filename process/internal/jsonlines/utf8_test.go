package jsonlines

import (
	"encoding/json"
	"reflect"
	"testing"
)

type caption struct {
	Text  string
	Lines []string
	Words map[string]int
	Raw   json.RawMessage
	Bytes []byte
}

func TestTextsThatJSONWouldChangeAreRefused(t *testing.T) {
	for _, c := range []struct {
		value caption
		wrong string
	}{
		{caption{Text: "caf\xe9"}, "jsonlines.caption.Text"},
		{caption{Lines: []string{"good", "b\xffd"}}, "jsonlines.caption.Lines[1]"},
		{caption{Words: map[string]int{"b\xffd": 1}}, `jsonlines.caption.Words["b\xffd"]`},
		{caption{Text: "the character \uFFFD itself", Lines: []string{`the text \ufffd`}, Raw: json.RawMessage(`"\ufffd"`), Bytes: []byte("\xff")}, ""},
	} {
		text, err := json.Marshal(c.value)
		if err != nil {
			t.Fatal(err)
		}
		if got := changed(text, reflect.ValueOf(c.value)); got != c.wrong {
			t.Errorf("%+v: %q is said to have changed, want %q", c.value, got, c.wrong)
		}
	}
}
