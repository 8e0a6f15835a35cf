package cli

import "testing"

func TestByteSize(t *testing.T) {
	for text, want := range map[string]byteSize{
		"0B": 0, "1B": 1, "512MB": 512e6, "64MiB": 64 << 20, "1GiB": 1 << 30, "2 tb": 2e12, "3kib": 3 << 10, "10KB": 1e4,
		"8388607TiB": 8388607 << 40, "9223372036854775807B": 1<<63 - 1,
	} {
		var got, again byteSize
		if err := got.Set(text); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
		if err := again.Set(got.String()); got != 0 && (err != nil || again != got) {
			t.Errorf("%d is written %q, which is %d, %v", got, got.String(), again, err)
		}
	}
	for _, text := range []string{"", "B", "MB", "1", "1.5GiB", "-1MB", "1 M", "1PB", "x", "8388608TiB", "99999999999999999999B", "1MBB"} {
		var got byteSize
		if err := got.Set(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}
