package cli

import "testing"

func TestUnescape(t *testing.T) {
	for text, want := range map[string]string{
		`a\n\t\r\0\\\x1e>`: "a\n\t\r\x00\\\x1e>", "": "", `\x41\x42`: "AB",
	} {
		if got, err := unescape(text); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{`\`, `\q`, `\x`, `\x1`, `\xzz`} {
		if got, err := unescape(text); err == nil {
			t.Errorf("%s: %q", text, got)
		}
	}
}
