package fetch_test

import (
	"testing"

	"example.com/overlap/tasks/fetch"
)

func TestHostKey(t *testing.T) {
	for url, want := range map[string]string{
		"http://A.example/x": "a.example", "http://a.example:80/": "a.example", "https://a.example:443": "a.example",
		"https://a.example:80/": "a.example:80", "http://u:p@127.0.0.1:8080/": "127.0.0.1:8080", "http://[::1]:80/": "[::1]",
		"http://%zz/": "", "": "",
	} {
		if got := (fetch.Request{URL: url}).HostKey(); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}
