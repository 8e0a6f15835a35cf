package process

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/overlap"
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
		{caption{Text: "caf\xe9"}, "process.caption.Text"},
		{caption{Lines: []string{"good", "b\xffd"}}, "process.caption.Lines[1]"},
		{caption{Words: map[string]int{"b\xffd": 1}}, `process.caption.Words["b\xffd"]`},
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

func TestATextThatIsNotUTF8FailsItsOwnCall(t *testing.T) {
	p, made := fakes(t, 1, "")
	failed := map[int]string{}
	for r := range overlap.Stream(context.Background(), p, fakeDo, slices.Values([]string{"0", "b\xffd", "2"})) {
		if r.Err != nil {
			failed[r.Index] = r.Err.Error()
		}
	}
	if len(failed) != 1 || !strings.Contains(failed[1], "string is not UTF-8") {
		t.Errorf("failed: %v", failed)
	}
	if n := made(); len(n) != 2 {
		t.Errorf("made: %v", n)
	}
}
