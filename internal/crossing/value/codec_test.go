package value_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"example.com/overlap/internal/crossing/value"
	"example.com/overlap/tasks/fetch"
	"example.com/overlap/tasks/primes"
)

type (
	count   uint32
	name    string
	weight  float64
	octet   byte
	octets  []octet
	counts  []count
	base    struct{ Base, Shared int }
	Other   struct{ Shared string }
	tagged  struct{ Left, Right *tagged }
	tree    []tree
	link    struct{ Next *link }
	forest  map[string]forest
	nowhere struct{}

	everything struct {
		base
		*Other
		Shared   bool      `json:"shared,omitempty"`
		Hidden   string    `json:"-" cbor:"-"`
		Same     string    `cbor:"same"`
		Same2    string    `cbor:"same"`
		Empty    []string  `json:"empty,omitempty"`
		When     time.Time `cbor:"when,omitempty"`
		Nested   [][]string
		Table    map[name]map[int]*order
		Deep     ***int
		Matrix   [2][3]float32
		Names    [2]string
		Orders   []order
		Complex  complex64
		Complex2 []complex128
		Rune     rune
		Word     uintptr
		_        int
	}
)

// full has something in each field.
var full = everything{
	base: base{1, 2}, Other: &Other{"other"}, Shared: true, Hidden: "crosses", Same: "a", Same2: "b",
	Empty: []string{}, When: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Nested: [][]string{{"x"}, {}, nil},
	Table: map[name]map[int]*order{"a": {1: {Name: "n"}, 2: nil}, "b": nil}, Deep: new(new(new(1))),
	Matrix: [2][3]float32{{1, 2, 3}, {4, 5, 6}}, Orders: []order{{Number: 1}}, Complex: complex(1, 2),
	Complex2: []complex128{1}, Rune: 'r', Word: 8,
}

// roundTrip sends a value across and fails the test unless it arrives identical.
func roundTrip(t *testing.T, sent reflect.Value) reflect.Value {
	t.Helper()
	codec, err := value.For(sent.Type())
	if err != nil {
		t.Fatal(err)
	}
	from, into := reflect.New(sent.Type()), reflect.New(sent.Type())
	from.Elem().Set(sent)
	appended, err := codec.Append([]byte("before"), from.Interface())
	if err != nil {
		t.Fatal(err)
	}
	data, ok := bytes.CutPrefix(appended, []byte("before"))
	if !ok {
		t.Fatalf("%v: Append changed what was there: %q", sent.Type(), appended)
	}
	wellFormed(t, data)
	if err := codec.Decode(data, into.Interface()); err != nil {
		t.Fatalf("%v: %v in %x", sent.Type(), err, data)
	}
	if !identical(sent, into.Elem()) {
		t.Fatalf("%v: sent %#v, arrived %#v, as %x", sent.Type(), sent, into.Elem(), data)
	}
	return into.Elem()
}

var reader = func() cbor.DecMode {
	limits := cbor.DecOptions{MaxNestedLevels: 65535, MaxArrayElements: 1<<31 - 1, MaxMapPairs: 1<<31 - 1}
	mode, err := limits.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// wellFormed fails the test unless the bytes are one data item for another implementation of CBOR.
func wellFormed(t *testing.T, bytes []byte) {
	t.Helper()
	if err := reader.Wellformed(bytes); err != nil {
		t.Fatalf("not well-formed: %v: %x", err, bytes)
	}
}

func TestValuesArriveIdentical(t *testing.T) {
	values := []any{
		true, false, 0, 1, -1, 23, 24, -24, -25, 255, 256, 65535, 65536, math.MaxInt32, math.MinInt32,
		int8(math.MinInt8), int8(math.MaxInt8), int16(math.MinInt16), int16(math.MaxInt16), int32(math.MinInt32),
		int64(math.MinInt64), int64(math.MaxInt64), int64(1 << 32), int64(-1<<32 - 1), uint(math.MaxUint32),
		uint8(255), uint16(65535), uint32(math.MaxUint32), uint64(math.MaxUint64), uintptr(7), 'ü', time.Second,
		float32(0.1), float32(math.Inf(1)), 0.0, math.Copysign(0, -1), math.Inf(-1), math.SmallestNonzeroFloat64,
		math.NaN(), math.Float64frombits(0x7ff0000000000001), math.Float64frombits(0xfff8dead0000beef),
		complex64(complex(1, -2)), complex(math.NaN(), math.Inf(1)), count(9), name("named"), weight(1.5), octet(3),
		"", "text", "ü\x00", "\xff\xfe not UTF-8", strings.Repeat("long", 20_000),
		[]byte(nil), []byte{}, []byte("bytes"), octets(nil), octets{}, octets{1, 2}, counts(nil), counts{}, counts{1, 2},
		[]int(nil), []int{}, []int{1, -1, math.MinInt32}, []int8{-1, 1}, []int16{-1, 256}, []int32{-1, 1 << 20},
		[]int64{math.MinInt64}, []uint{1}, []uint16{1, 2}, []uint32{math.MaxUint32}, []uint64{math.MaxUint64},
		[]uintptr{1}, []float32{0.5, float32(math.NaN())}, []float64{math.Float64frombits(0x7ff0000000000001)},
		[]bool(nil), []bool{}, []bool{true, false}, []complex64{1}, []complex128{complex(1, 2)}, []time.Duration{5},
		[]string(nil), []string{}, []string{"", "a"}, [][]int(nil), [][]int{}, [][]int{nil, {}, {1}},
		[]struct{}{{}, {}}, []nowhere{}, [0]int{}, [3]int{1, 2, 3}, [2]byte{1, 2}, [2]string{"a", ""}, [1][]int{nil},
		[1 << 30]struct{}{}, struct{}{}, struct{ A [0]func() }{}, [2]bool{true}, [2]order{{}, {Tags: []string{}}},
		map[string]int(nil), map[string]int{}, map[string]int{"": 0, "a": 1}, map[int]string{-1: "", 1: "\xff"},
		map[[2]int]bool{{1, 2}: true}, map[struct{ A, B string }]int{{"a", "b"}: 1}, map[bool]*int{true: nil},
		map[float64]int{math.NaN(): 1, 0: 2}, map[string]map[string][]int{"": nil, "a": {}, "b": {"": {}, "c": nil}},
		map[string]struct{}{"in": {}}, (*int)(nil), new(1), new((*int)(nil)), new(new(new("deep"))), new([]int(nil)),
		new([]int{}), new(map[string]int(nil)), []*int{nil, new(2)}, order{}, order{1, "a", 0.5, true, []string{}},
		struct{ A, B, C, D uint8 }{1, 2, 3, 4}, tagged{}, tagged{Left: &tagged{Right: &tagged{}}},
		tree{nil, {}, {{}, nil}}, forest{"a": nil, "b": {}, "c": {"d": {}}}, link{&link{&link{}}},
		everything{}, full,
		primes.Primes{}, primes.Primes{N: 1, List: []uint32{}}, primes.Primes{N: 7, Count: 4, List: []uint32{2, 3, 5, 7}},
		fetch.Page{Status: 200, Body: fetch.Body{}, Times: fetch.Times{DNS: time.Second, Reused: true}},
		fetch.Request{URL: "http://localhost", Header: map[string]string{}},
	}
	for _, sent := range values {
		t.Run(fmt.Sprintf("%T", sent), func(t *testing.T) { roundTrip(t, reflect.ValueOf(sent)) })
	}
}

func TestTheBytesAreCBOR(t *testing.T) {
	tests := []struct {
		value any
		bytes string
	}{
		{10, "0a"}, {500, "1901f4"}, {-500, "3901f3"}, {true, "f5"}, {1.0, "fb3ff0000000000000"},
		{"ab", "426162"}, {[]byte{}, "40"}, {[]byte(nil), "f6"}, {[]string{}, "80"}, {(*int)(nil), "f6"}, {new(1), "8101"},
		{order{1, "a", 0, false, nil}, "8501" + "4161" + "fb0000000000000000" + "f4" + "f6"},
		{map[string]int{"a": 1}, "a1416101"},
		{[]int8{-1}, "d84841ff"}, {[]int16{1}, "d84d420100"}, {[]int32{-2}, "d84e44feffffff"},
		{[]int{1}, "d84f480100000000000000"}, {[]int64{-1}, "d84f48ffffffffffffffff"},
		{[]uint16{1}, "d845420100"}, {[]uint32{1}, "d8464401000000"}, {[]uint{1}, "d847480100000000000000"},
		{[]float32{1}, "d855440000803f"}, {[]float64{1}, "d85648000000000000f03f"}, {[2]byte{1, 2}, "420102"},
		{[1]int32{1}, "d84e4401000000"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%T", test.value), func(t *testing.T) {
			codec, err := value.For(reflect.TypeOf(test.value))
			if err != nil {
				t.Fatal(err)
			}
			pointer := reflect.New(reflect.TypeOf(test.value))
			pointer.Elem().Set(reflect.ValueOf(test.value))
			bytes, err := codec.Append(nil, pointer.Interface())
			if got := fmt.Sprintf("%x", bytes); got != test.bytes || err != nil {
				t.Errorf("%#v is %s, %v; want %s", test.value, got, err, test.bytes)
			}
		})
	}
}

func TestHundredMegabytesPass(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 100 MB")
	}
	sent := bytes.Repeat([]byte("0123456789"), 10_000_000)
	codec, err := value.For(reflect.TypeFor[[]byte]())
	if err != nil {
		t.Fatal(err)
	}
	data, err := codec.Append(nil, &sent)
	if err != nil {
		t.Fatal(err)
	}
	var arrived []byte
	if err := codec.Decode(data, &arrived); err != nil || !bytes.Equal(arrived, sent) {
		t.Fatalf("%d bytes arrived, %v", len(arrived), err)
	}
}

func TestDecodedValueKeepsNothingOfTheBytes(t *testing.T) {
	type sample struct {
		Bytes   []byte
		Text    string
		Numbers []uint32
		Keys    map[string]string
	}
	codec, err := value.For(reflect.TypeFor[sample]())
	if err != nil {
		t.Fatal(err)
	}
	want := sample{[]byte("bytes"), "a text", []uint32{1, 2}, map[string]string{"key": "element"}}
	bytes, err := codec.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	var got sample
	if err := codec.Decode(bytes, &got); err != nil {
		t.Fatal(err)
	}
	clear(bytes)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("after the bytes were overwritten: %v", got)
	}
}

func TestCodecIsSafeForConcurrentUse(t *testing.T) {
	type fresh struct { // of this test alone, so that all goroutines compile it
		Table map[string][]int
		Next  *fresh
	}
	var running sync.WaitGroup
	for i := range 8 {
		running.Go(func() {
			for range 50 {
				sent := fresh{map[string][]int{"a": {i}}, &fresh{}}
				roundTrip(t, reflect.ValueOf(sent))
			}
		})
	}
	running.Wait()
}

func TestWrongArgumentsPanic(t *testing.T) {
	codec, err := value.For(reflect.TypeFor[int]())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		call func()
		want string
	}{
		{func() { _, _ = value.For(nil) }, "value: For of a nil type"},
		{func() { _, _ = codec.Append(nil, 1) }, "value: the codec of *int got a int"},
		{func() { _ = codec.Decode(nil, new("")) }, "value: the codec of *int got a *string"},
		{func() { _, _ = codec.Append(nil, nil) }, "value: the codec of *int got a <nil>"},
		{func() { _, _ = codec.Append(nil, (*int)(nil)) }, "value: the codec of *int got a nil pointer"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			defer func() {
				if got := recover(); got != test.want {
					t.Errorf("panic: %v", got)
				}
			}()
			test.call()
		})
	}
}
