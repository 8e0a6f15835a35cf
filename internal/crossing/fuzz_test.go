package crossing

import (
	"errors"
	"testing"

	"example.com/overlap"
)

func FuzzDecodeFailure(f *testing.F) {
	f.Add([]byte(nil))
	sound := AppendFailure(nil, overlap.Panicked, errors.New("oh dear"), []byte("goroutine 1"))
	for i := range sound {
		f.Add(sound[:i])
	}
	f.Add(sound)
	f.Add(AppendFailure(nil, overlap.Failed, overlap.ErrGoexit, nil))
	f.Add([]byte{2, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}) // a text of 2^64−1 bytes
	f.Add([]byte{1, 0, 0, 0, 0, 0})                                        // a failure that succeeded
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err, bad := DecodeFailure(b)
		if bad != nil {
			return
		}
		if err == nil || o == overlap.Succeeded || o == overlap.Pending {
			t.Fatalf("a failure that is none: %v, %v", o, err)
		}
		_ = err.Error()
	})
}
