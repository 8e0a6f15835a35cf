package process

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// frames are sound ones, one after another.
func frames(bodies ...string) []byte {
	var b []byte
	for i, body := range bodies {
		start := len(b)
		b = append(appendHead(b, kindHello+kind(i)%kindSkipped), body...)
		endFrame(b, start)
	}
	return b
}

func FuzzFrameReader(f *testing.F) {
	whole := frames("", "a", "hello", string(make([]byte, 300)))
	f.Add(whole)
	for i := range whole[:30] {
		f.Add(whole[:i]) // truncated
	}
	f.Add([]byte{0, 0, 0, 0, 1})                              // shorter than its kind
	f.Add([]byte{255, 255, 255, 255, 1})                      // 4 GB
	f.Add([]byte{0, 0, 0, 0x40, 1, 2, 3})                     // 1 GB of which there are two bytes
	f.Add([]byte{1, 0, 0, 0, 0})                              // no kind
	f.Add([]byte{1, 0, 0, 0, byte(kindSkipped) + 1})          // an unknown kind
	f.Add(frames(string(make([]byte, 70<<10)), "after"))      // larger than the buffer
	f.Add(frames(string(make([]byte, 64<<10-frameHead)), "")) // just as large
	f.Fuzz(func(t *testing.T, stream []byte) {
		type frame struct {
			kind kind
			body string
		}
		read := func(from io.Reader) (all []frame, end error) {
			r := newFrameReader(from)
			for {
				k, body, err := r.next()
				if err != nil {
					return all, err
				}
				all = append(all, frame{k, string(body)})
			}
		}
		all, end := read(bytes.NewReader(stream))
		again, endAgain := read(iotest.OneByteReader(bytes.NewReader(stream))) // split at every byte
		if len(all) != len(again) || errors.Is(end, io.EOF) != errors.Is(endAgain, io.EOF) {
			t.Fatalf("%d frames and %v at once, %d and %v byte by byte", len(all), end, len(again), endAgain)
		}
		var back []byte
		for i, f := range all {
			if f != again[i] {
				t.Fatalf("frame %d differs when it comes byte by byte", i)
			}
			start := len(back)
			back = append(appendHead(back, f.kind), f.body...)
			endFrame(back, start)
		}
		if !bytes.HasPrefix(stream, back) {
			t.Fatal("the frames are not what was read")
		}
		if (end == io.EOF) != (len(back) == len(stream)) {
			t.Fatalf("%d of %d bytes made frames, and the end was %v", len(back), len(stream), end)
		}
	})
}

func FuzzItems(f *testing.F) {
	var sound []byte
	for _, size := range []int{0, 1, 127, 128, 300, 20_000} {
		b, start := beginItem(sound)
		sound = endItem(append(b, make([]byte, size)...), start)
	}
	for i := range min(len(sound), 600) {
		f.Add(sound[:i]) // truncated
	}
	f.Add(sound)
	f.Add([]byte{0x80, 0})                                                    // a size that is longer than it need be
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0})          // 2^64−1 bytes
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}) // a size without end
	f.Fuzz(func(t *testing.T, body []byte) {
		var back []byte
		for rest := body; len(rest) > 0; {
			item, after, err := nextItem(rest)
			if err != nil {
				return
			}
			if len(item)+len(after) >= len(rest) {
				t.Fatalf("%d bytes gave an item of %d and left %d", len(rest), len(item), len(after))
			}
			b, start := beginItem(back)
			back = endItem(append(b, item...), start)
			if again, left, err := nextItem(back[start:]); err != nil || len(left) > 0 || !bytes.Equal(again, item) {
				t.Fatalf("an item of %d bytes came back as %d, %d left, %v", len(item), len(again), len(left), err)
			}
			rest = after
		}
		if len(back) > len(body) {
			t.Fatalf("the items take %d bytes, and took %d", len(back), len(body))
		}
	})
}
