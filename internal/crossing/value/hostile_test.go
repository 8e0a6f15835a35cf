package value_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/overlap/internal/crossing/value"
)

func TestMalformedBytesAreAnError(t *testing.T) {
	type pair struct{ A, B int8 }
	const short = "the bytes end too soon"
	tests := []struct {
		pointer any
		bytes   string
		want    string
	}{
		{new(int), "", "cannot decode int: at byte 0 of 0: " + short},
		{new(int), "18", "cannot decode int: at byte 0 of 1: " + short},
		{new(int), "1b00000000000000", "cannot decode int: at byte 0 of 8: " + short},
		{new(int), "1c", "cannot decode int: at byte 0 of 1: the first byte of an item is malformed"},
		{new(int), "0000", "cannot decode int: at byte 1 of 2: the value ends here and 1 more bytes follow"},
		{new(int), "40", "cannot decode int: at byte 0 of 1:" +
			" an item that begins with 0x40 is there instead of one with 0x00"},
		{new(int8), "1880", "cannot decode int8: at byte 0 of 2: 128 is out of the range of int8"},
		{new(int8), "3880", "cannot decode int8: at byte 0 of 2: -1-128 is out of the range of int8"},
		{new(int64), "1b8000000000000000", "cannot decode int64: at byte 0 of 9:" +
			" 9223372036854775808 is out of the range of int64"},
		{new(int64), "3b8000000000000000", "cannot decode int64: at byte 0 of 9:" +
			" -1-9223372036854775808 is out of the range of int64"},
		{new(uint8), "190100", "cannot decode uint8: at byte 0 of 3: 256 is out of the range of uint8"},
		{new(uint8), "20", "cannot decode uint8: at byte 0 of 1:" +
			" an item that begins with 0x20 is there instead of one with 0x00"},
		{new(bool), "00", "cannot decode bool: at byte 0 of 1:" +
			" an item that begins with 0x00 is there instead of one with 0xf4"},
		{new(float64), "fa00000000", "cannot decode float64: at byte 0 of 5: " + short},
		{new(float32), "f900000000", "cannot decode float32: at byte 0 of 5:" +
			" an item that begins with 0xf9 is there instead of one with 0xfa"},
		{new(string), "4261", "cannot decode string: at byte 0 of 2: " + short},
		{new(string), "6161", "cannot decode string: at byte 0 of 2:" +
			" an item that begins with 0x61 is there instead of one with 0x40"},
		{new(string), "5bffffffffffffffff", "cannot decode string: at byte 0 of 9: " + short},
		{new(string), "5f4161ff", "cannot decode string: at byte 0 of 4: the first byte of an item is malformed"},
		{new([]byte), "5a7fffffff00", "cannot decode []uint8: at byte 0 of 6: " + short},
		{new([]uint32), "4401000000", "cannot decode []uint32: at byte 0 of 5:" +
			" an item that begins with 0x44 is there instead of one with 0xc0"},
		{new([]uint32), "d8474401000000", "cannot decode []uint32: at byte 0 of 7:" +
			" a block with tag 71 is there instead of one with tag 70"},
		{new([]uint32), "d84643010000", "cannot decode []uint32: at byte 0 of 6:" +
			" a block of 3 bytes does not divide into numbers of 4"},
		{new([2]byte), "43010203", "cannot decode [2]uint8: at byte 0 of 4: there are 3 elements instead of 2"},
		{new([2]string), "8140", "cannot decode [2]string: at byte 0 of 2: there are 1 elements instead of 2"},
		{new([]string), "9b7fffffffffffffff40", "cannot decode []string: at byte 0 of 10: " + short},
		{new([]string), "824000", "cannot decode []string: at byte 2 of 3:" +
			" an item that begins with 0x00 is there instead of one with 0x40"},
		{new(pair), "8101", "cannot decode value_test.pair: at byte 0 of 2: there are 1 elements instead of 2"},
		{new(pair), "820118ff", "cannot decode value_test.pair: at byte 2 of 4: 255 is out of the range of int8"},
		{new(*int), "820102", "cannot decode *int: at byte 0 of 3: there are 2 elements instead of 1"},
		{new(*int), "81", "cannot decode *int: at byte 0 of 1: " + short},
		{new(map[int]bool), "a201f401f5", "cannot decode map[int]bool: at byte 3 of 5: a map has the same key twice"},
		{new(map[int]bool), "bb7fffffffffffffff01f4", "cannot decode map[int]bool: at byte 0 of 11: " + short},
		{new(time.Time), "40", "cannot decode time.Time: at byte 0 of 1:" +
			" UnmarshalBinary of time.Time: Time.UnmarshalBinary: no data"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%T/%s", test.pointer, test.bytes), func(t *testing.T) {
			data, err := hex.DecodeString(test.bytes)
			if err != nil {
				t.Fatal(err)
			}
			codec, err := value.For(reflect.TypeOf(test.pointer).Elem())
			if err != nil {
				t.Fatal(err)
			}
			if err := codec.Decode(data, test.pointer); err == nil || err.Error() != test.want {
				t.Errorf("\n got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	codec, err := value.For(reflect.TypeFor[everything]())
	if err != nil {
		t.Fatal(err)
	}
	data, err := codec.Append(nil, &full)
	if err != nil {
		t.Fatal(err)
	}
	for end := range data {
		if err := codec.Decode(data[:end], new(everything)); err == nil {
			t.Errorf("the first %d of %d bytes are a value", end, len(data))
		}
	}
}

// most is how much memory decoding so many bytes may take: the worst is an empty map of 48 bytes for each byte, or a
// map of one entry, which has room for eight.
func most(length int) uint64 { return uint64(512*length) + 1<<20 }

// allocated is how many bytes the call allocates. No other goroutine should allocate much meanwhile.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHostileLengthsAllocateLittle(t *testing.T) {
	type wide struct{ Numbers [100_000]int }
	tests := []struct {
		pointer any
		bytes   string
	}{
		{new([]byte), "\x5a\x40\x00\x00\x00"}, {new([]uint64), "\xd8\x47\x5a\x40\x00\x00\x00"},
		{new([]string), "\x9a\x10\x00\x00\x00"}, {new(map[string]string), "\xba\x10\x00\x00\x00"},
		{new([]wide), "\x99\x10\x00" + strings.Repeat("\x81\x40", 4096)},
		{new([]*wide), "\x99\x10\x00" + strings.Repeat("\x81\x81", 4096)},
		{new([][][]string), "\x99\x10\x00" + strings.Repeat("\x99\x10\x00", 1000)},
		{new([]map[string]int), "\x99\x10\x00" + strings.Repeat("\xa0", 4096)},
		{new([]map[string][4]string), "\x99\x10\x00" + strings.Repeat("\xa1\x40\x84\x40\x40\x40\x40", 4096)},
	}
	for _, test := range tests {
		codec, err := value.For(reflect.TypeOf(test.pointer).Elem())
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(test.bytes)
		used := allocated(func() { err = codec.Decode(data, test.pointer) })
		if used > most(len(data)) {
			t.Errorf("%T: %d bytes, %d allocated (%v)", test.pointer, len(data), used, err)
		}
	}
}

func TestLongerHeadsAreRead(t *testing.T) {
	var got []string
	codec, err := value.For(reflect.TypeFor[[]string]())
	if err != nil {
		t.Fatal(err)
	}
	long := []byte{0x9b, 0, 0, 0, 0, 0, 0, 0, 1, 0x59, 0, 2, 'o', 'k'}
	if err := codec.Decode(long, &got); err != nil || !reflect.DeepEqual(got, []string{"ok"}) {
		t.Errorf("%v, %v", got, err)
	}
	again, err := codec.Append(nil, &got)
	if want := []byte("\x81\x42ok"); err != nil || !bytes.Equal(again, want) {
		t.Errorf("%x, %v", again, err)
	}
}
