package target

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"sync"
	"time"
)

// endless sends a body that does not end.
func endless(_ *handler, w http.ResponseWriter, _ *http.Request, _ uint64) {
	part := bytes.Repeat([]byte("endless "), 4<<10)
	for {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
}

// drip sends a byte of the body a second, and does not end.
func drip(_ *handler, w http.ResponseWriter, r *http.Request, _ uint64) {
	for {
		if _, err := w.Write([]byte(".")); err != nil {
			return
		}
		if http.NewResponseController(w).Flush() != nil || !wait(r.Context(), time.Second) {
			return
		}
	}
}

// gzipBomb sends 10 MB that are 10 GB when they are decompressed.
func gzipBomb(_ *handler, w http.ResponseWriter, _ *http.Request, _ uint64) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "text/plain")
	part := bomb()
	for range 1000 { // members one after another are one file
		if _, err := w.Write(part); err != nil {
			return
		}
	}
}

// bomb is 10 MB of zeros, compressed to 10 KB.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	zeros := make([]byte, 1<<20)
	for range 10 {
		_, _ = z.Write(zeros) // into memory
	}
	_ = z.Close()
	return packed.Bytes()
})
