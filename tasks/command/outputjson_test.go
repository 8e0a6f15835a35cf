package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An output in JSON is what encoding/json makes of a text, or of bytes where it is none, wherever the output is.
func TestOutputInJSON(t *testing.T) {
	for _, output := range []string{
		"", "plain\n", "\x00\x01\b\f\n\r\t\x1f\"\\<>&\x7f", "é日本\u2028\U0001f600", "no UTF-8 \xff", "cut \xe6\x97",
		strings.Repeat("日\x00", 100_000), strings.Repeat("日\x00", 100_000) + "\xff",
	} {
		for _, o := range []Output{inMemory([]byte(output)), inFile(t, output)} {
			v := Value{Stdout: o}
			text, err := v.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			var pieces bytes.Buffer
			if err := v.WriteJSON(&pieces); err != nil || !bytes.Equal(pieces.Bytes(), text) {
				t.Errorf("%.20q is written %.80q in pieces, %v", output, pieces.Bytes(), err)
			}
			var read struct {
				Text string `json:"stdout"`
				Raw  []byte `json:"stdout_base64"`
			}
			if err := json.Unmarshal(text, &read); err != nil || read.Text+string(read.Raw) != output {
				t.Errorf("%.20q is written as %.80s, and read as %.80q, %v", output, text, read.Text+string(read.Raw), err)
			}
			if usual, _ := json.Marshal(read.Text); read.Raw == nil && !bytes.Contains(text, usual) && !strings.Contains(output, "\u2028") {
				t.Errorf("%.20q is written as %.80s, and by encoding/json as %.80s", output, text, usual)
			}
		}
	}
}

// inFile is an output in a file without a name.
func inFile(t *testing.T, output string) Output {
	path := filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(path, []byte(output), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return Output{file: file, size: int64(len(output))}
}
