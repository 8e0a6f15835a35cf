package target

import (
	"net/http"
	"testing"
)

// nowhere is a response that nobody reads.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header            { return n.header }
func (n nowhere) Write(text []byte) (int, error) { return len(text), nil }
func (n nowhere) WriteHeader(int)                {}

// BenchmarkHandler is what the handler itself costs a request, beside net/http's own reading and writing.
func BenchmarkHandler(b *testing.B) {
	for _, path := range []string{"/status/200", "/get", "/bytes/1024"} {
		b.Run(path[1:], func(b *testing.B) {
			handler := New(Config{})
			request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(nowhere{http.Header{}}, request)
			}
		})
	}
}
