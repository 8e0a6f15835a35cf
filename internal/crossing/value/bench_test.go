package value_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"example.com/overlap/internal/crossing/value"
	"example.com/overlap/tasks/primes"
)

type order struct {
	Number int64
	Name   string
	Price  float64
	Paid   bool
	Tags   []string
}

// BenchmarkCodec is this codec beside a general one for CBOR and the JSON of the standard library.
func BenchmarkCodec(b *testing.B) {
	compare(b, "int", 123_456_789)
	compare(b, "struct", order{42, "a name of some length", 12.5, true, []string{"one", "two"}})
	found, err := primes.UpTo(b.Context(), 16_381)
	if err != nil || len(found.List) != 1_900 {
		b.Fatal(len(found.List), err)
	}
	compare(b, "list", found.List)
	compare(b, "primes", found)
	compare(b, "megabyte", make([]byte, 1<<20))
	compare(b, "map", map[string]int{"one": 1, "two": 2, "three": 3, "four": 4})
}

func compare[T any](b *testing.B, name string, sent T) {
	codec, err := value.For(reflect.TypeFor[T]())
	if err != nil {
		b.Fatal(err)
	}
	general, err := cbor.EncOptions{}.UserBufferEncMode()
	if err != nil {
		b.Fatal(err)
	}
	var buffer []byte
	measure(b, name+"/ours",
		func() ([]byte, error) { buffer, err = codec.Append(buffer[:0], &sent); return buffer, err },
		func(data []byte, into *T) error { return codec.Decode(data, into) })
	var reused bytes.Buffer
	measure(b, name+"/cbor",
		func() ([]byte, error) {
			reused.Reset()
			err := general.MarshalToBuffer(&sent, &reused)
			return reused.Bytes(), err
		},
		func(data []byte, into *T) error { return cbor.Unmarshal(data, into) })
	measure(b, name+"/json",
		func() ([]byte, error) { return json.Marshal(&sent) },
		func(data []byte, into *T) error { return json.Unmarshal(data, into) })
}

func measure[T any](b *testing.B, name string, encode func() ([]byte, error), decode func([]byte, *T) error) {
	data, err := encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run(name+"/encode", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(len(data)), "bytes")
		for b.Loop() {
			if _, err := encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(name+"/decode", func(b *testing.B) {
		b.ReportAllocs()
		into := new(T)
		for b.Loop() {
			*into = *new(T)
			if err := decode(data, into); err != nil {
				b.Fatal(err)
			}
		}
	})
}
