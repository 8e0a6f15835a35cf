package fetch

import (
	"net/url"
	"reflect"
	"testing"
)

// FuzzPlainURL checks that a plain URL is read as any other is.
func FuzzPlainURL(f *testing.F) {
	for _, raw := range []string{
		"http://a.example/x?y=1&z", "https://127.0.0.1:8080/bytes/400?seed=1", "http://127.1/", "http://a:80", "http://a?b",
		"http://a:0/", "http://a.b-c.d:65535/a.b/../c", "http://1.2.3.4.5/", "http://0x7f.1/", "http://a./", "http://a/?",
		"http://a//b//", "http://a/=&", "http://a/b?c?d", "http://-a/", "http://a-/", "http://a.1/", "http://xn--bcher-kva.example/",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		plain, ok := readPlain(raw)
		if !ok {
			return
		}
		want, err := finish(url.Parse(escape(raw)))
		if err != nil {
			t.Fatalf("%q is plain, and cannot be read: %v", raw, err)
		}
		if got := plain.url(); !reflect.DeepEqual(got, want) || got.String() != want.String() {
			t.Errorf("%q: got %#v, want %#v", raw, got, want)
		}
		if problem := checkURL(Request{URL: raw}, want); problem != nil {
			t.Errorf("%q is plain: %v", raw, problem)
		}
	})
}
