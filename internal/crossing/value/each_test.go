package value

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"unsafe"
)

// The tests of this file take the way of processors whose integers are not those of a block, on any processor.

func TestNumbersOneByOneAreTheSameBlock(t *testing.T) {
	eachAlike(t, []int8{1, -1, math.MinInt8})
	eachAlike(t, []uint8{1, 255})
	eachAlike(t, []int16{1, -1, math.MinInt16})
	eachAlike(t, []uint16{1, 65535})
	eachAlike(t, []int32{1, -1, math.MinInt32})
	eachAlike(t, []uint32{1, math.MaxUint32})
	eachAlike(t, []int64{1, -1, math.MinInt64})
	eachAlike(t, []uint64{1, math.MaxUint64})
	eachAlike(t, []float32{1, -1})
	eachAlike(t, []float64{1, math.Inf(-1)})
}

func eachAlike[N int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64](
	t *testing.T, numbers []N) {
	t.Helper()
	f, ok := flatOf(reflect.TypeFor[N]())
	if !ok {
		t.Fatalf("%T is not flat", numbers)
	}
	if !littleEndian {
		t.Skip("numbers are always moved one by one here")
	}
	first := unsafe.Pointer(unsafe.SliceData(numbers))
	whole := unsafe.Slice((*byte)(first), len(numbers)*int(f.size))
	block := f.appendEach(nil, first, len(numbers))
	if !bytes.Equal(block, whole) {
		t.Errorf("%T: one by one % x, at once % x", numbers, block, whole)
	}
	got := make([]N, len(numbers))
	if err := f.storeEach(unsafe.Pointer(unsafe.SliceData(got)), block); err != nil || !reflect.DeepEqual(got, numbers) {
		t.Errorf("%T: %v, %v", numbers, got, err)
	}
}

func TestIntOfHalfTheWidth(t *testing.T) {
	signed, unsigned := flat{width: 8, size: 4, signed: true}, flat{width: 8, size: 4}
	numbers := []int32{5, -2}
	block := signed.appendEach(nil, unsafe.Pointer(&numbers[0]), 2)
	if want := []byte("\x05\x00\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff"); !bytes.Equal(block, want) {
		t.Errorf("the block is % x", block)
	}
	got := make([]int32, 2)
	if err := signed.storeEach(unsafe.Pointer(&got[0]), block); err != nil || !reflect.DeepEqual(got, numbers) {
		t.Errorf("%v, %v", got, err)
	}
	err := unsigned.storeEach(unsafe.Pointer(&got[0]), block)
	if want := "number 1 of a block is out of the range of 32 bits"; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}
