package value_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"example.com/overlap/internal/crossing/value"
	"example.com/overlap/tasks/primes"
)

// FuzzDecode gives the bytes to types of all shapes: what is decoded must cross identical, in bounded memory.
func FuzzDecode(f *testing.F) {
	targets := []reflect.Type{
		reflect.TypeFor[everything](), reflect.TypeFor[primes.Primes](), reflect.TypeFor[[]order](),
		reflect.TypeFor[tree](), reflect.TypeFor[forest](), reflect.TypeFor[link](), reflect.TypeFor[[]int](),
		reflect.TypeFor[map[[2]int16][]*float32](), reflect.TypeFor[[]map[string][3]string](), reflect.TypeFor[int8](),
		reflect.TypeFor[[]time.Time](), reflect.TypeFor[map[float64]complex128](), reflect.TypeFor[[2][]bool](),
	}
	codecs := make([]*value.Codec, len(targets))
	for i, target := range targets {
		var err error
		if codecs[i], err = value.For(target); err != nil {
			f.Fatal(err)
		}
		zero, err := codecs[i].Append(nil, reflect.New(target).Interface())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), zero)
	}
	whole, err := codecs[0].Append(nil, &full)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(byte(0), whole)
	f.Add(byte(3), []byte("\x83\x80\xf6\x81\xf6"))
	f.Add(byte(6), []byte("\xd8\x4f\x48\x01\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(byte(8), []byte("\x81\xa1\x41a\x83\x40\x41b\x40"))
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		i := int(which) % len(targets)
		into := reflect.New(targets[i])
		var err error
		used := allocated(func() { err = codecs[i].Decode(data, into.Interface()) })
		if used > most(len(data)) {
			t.Errorf("%v: %d bytes, %d allocated", targets[i], len(data), used)
		}
		if err == nil && !hasTime(targets[i]) {
			roundTrip(t, into.Elem())
		}
	})
}

// hasTime says that values of the type hold what identical cannot look at.
func hasTime(t reflect.Type) bool {
	return t == reflect.TypeFor[[]time.Time]() || t == reflect.TypeFor[everything]()
}

// FuzzRoundTrip makes a type and a value of it from the bytes: the value must arrive identical.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("a struct of this and that, with slices, maps, pointers and numbers"))
	f.Add(bytes.Repeat([]byte{21, 3, 17, 2, 18, 19, 20, 255, 0, 1, 16}, 20))
	for kind := range byte(24) {
		f.Add(append([]byte{21, 2, kind, 20, 17, kind}, bytes.Repeat([]byte{1, 2, 3, 250}, 30)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		source := &generator{data}
		into := reflect.New(source.typeOf(4)).Elem()
		source.fill(into)
		roundTrip(t, into)
	})
}
