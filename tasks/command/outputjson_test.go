package command

import (
	"bytes"
	"encoding/json"
	"testing"
)

// An output in JSON is what encoding/json makes of a text, or of bytes where it is none.
func TestOutputInJSON(t *testing.T) {
	for _, output := range []string{
		"", "plain\n", "\x00\x01\b\f\n\r\t\x1f\"\\<>&\x7f", "é日本\u2028\U0001f600", "no UTF-8 \xff",
	} {
		o := inMemory([]byte(output))
		m, err := o.member("stdout")
		if err != nil {
			t.Fatal(err)
		}
		text := append(m.append([]byte(`{"exit_code":0`)), '}')
		if want := len(`{"exit_code":0`) + m.size() + 1; len(text) != want {
			t.Errorf("%q takes %d bytes, and %d were foreseen", output, len(text), want)
		}
		var read struct {
			Text string `json:"stdout"`
			Raw  []byte `json:"stdout_base64"`
		}
		if err := json.Unmarshal(text, &read); err != nil || read.Text+string(read.Raw) != output {
			t.Errorf("%q is written as %s, and read as %+v, %v", output, text, read, err)
		}
		if usual, _ := json.Marshal(read.Text); read.Raw == nil && !bytes.Contains(text, usual) && !bytes.ContainsRune([]byte(output), '\u2028') {
			t.Errorf("%q is written as %s, and by encoding/json as %s", output, text, usual)
		}
	}
}
