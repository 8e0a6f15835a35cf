package lifeline

import (
	"strings"
	"testing"
)

func TestOutputKeepsStartAndEnd(t *testing.T) {
	var o Output
	for range 1000 {
		_, _ = o.Write([]byte("0123456789"))
	}
	_, _ = o.Write([]byte("the end\n"))
	text := o.String()
	if !strings.HasPrefix(text, "0123456789") || !strings.HasSuffix(text, "the end") || len(text) > 3*kept {
		t.Errorf("%d bytes: %.40q … %q", len(text), text, text[len(text)-20:])
	}
	if !strings.Contains(text, "1816 bytes left out") { // 10,008 written, two times 4,096 kept
		t.Errorf("does not say what is missing: %q", text)
	}
	var short Output
	_, _ = short.Write([]byte(" all of it\n"))
	if got := short.String(); got != "all of it" {
		t.Errorf("%q", got)
	}
}
