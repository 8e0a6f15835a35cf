package plain

import (
	"bytes"
	"testing"
)

// In pieces of any length, a text is what it is as a whole.
func TestJSONWriter(t *testing.T) {
	for _, text := range []string{"", "plain", "é日\U0001f600\u2028\u009b\x7f", "bad \xff\xc3", "\xe6\x97", "\xf0\x9f\x98"} {
		var whole bytes.Buffer
		JSON(&whole, []byte(text))
		for size := 1; size <= 6; size++ {
			var got bytes.Buffer
			w := JSONWriter(&got)
			for rest := []byte(text); len(rest) > 0; {
				n := min(size, len(rest))
				if written, err := w.Write(rest[:n]); written != n || err != nil {
					t.Fatalf("%d, %v", written, err)
				}
				rest = rest[n:]
			}
			if err := w.Close(); err != nil || got.String() != whole.String() {
				t.Errorf("%q in pieces of %d is %q, %v, want %q", text, size, got.String(), err, whole.String())
			}
		}
	}
}
