package value

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"unsafe"
)

// A flat is how the numbers of a slice or array are laid out, in memory and in the bytes.
type flat struct {
	tag    uint64  // RFC 8746; 0 for bytes, which need none
	width  uintptr // bytes of a number in the block: 8 for int and uint everywhere
	size   uintptr // bytes of a number in memory
	signed bool
}

// flatOf tells whether values of type t lie in memory as nothing but numbers, and how. Complex numbers are left to the
// general case: RFC 8746 has no tag for them.
func flatOf(t reflect.Type) (flat, bool) {
	if byBinary(t) {
		return flat{}, false
	}
	f := flat{width: t.Size(), size: t.Size()}
	switch t.Kind() {
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		f.width = 8
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
	default:
		return flat{}, false
	}
	f.signed = reflect.Int <= t.Kind() && t.Kind() <= reflect.Int64
	f.tag = f.typedArray(t.Kind())
	return f, true
}

// typedArray is the tag of a little-endian block of such numbers, as RFC 8746, section 2.1, composes it.
func (f flat) typedArray(kind reflect.Kind) uint64 {
	log := map[uintptr]uint64{1: 0, 2: 1, 4: 2, 8: 3}[f.width]
	switch {
	case kind == reflect.Uint8:
		return 0
	case kind == reflect.Int8:
		return 72
	case kind == reflect.Float32 || kind == reflect.Float64:
		return 84 + log - 1
	case f.signed:
		return 76 + log
	}
	return 68 + log
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// native says that numbers have the same bytes in memory as in the block.
func (f flat) native() bool { return f.width == f.size && (littleEndian || f.size == 1) }

func (f flat) appendHead(dst []byte, bytes int) []byte {
	if f.tag != 0 {
		dst = appendHead(dst, tagItem, f.tag)
	}
	return appendHead(dst, bytesItem, uint64(bytes))
}

// append appends count numbers.
func (f flat) append(dst []byte, numbers unsafe.Pointer, count int) []byte {
	dst = f.appendHead(dst, count*int(f.width))
	if f.native() {
		return append(dst, unsafe.Slice((*byte)(numbers), count*int(f.size))...)
	}
	return f.appendEach(dst, numbers, count)
}

// readBlock reads the block of numbers. Its length is a multiple of their width.
func (f flat) readBlock(src []byte) (block, rest []byte, err error) {
	rest = src
	if f.tag != 0 {
		tag, after, err := expectHead(src, tagItem)
		if err != nil {
			return nil, src, err
		}
		if tag != f.tag {
			return nil, src, fmt.Errorf("a block with tag %d is there instead of one with tag %d", tag, f.tag)
		}
		rest = after
	}
	block, rest, err = readBytes(rest)
	if err != nil {
		return nil, src, err
	}
	if uintptr(len(block))%f.width != 0 {
		return nil, src, fmt.Errorf("a block of %d bytes does not divide into numbers of %d", len(block), f.width)
	}
	return block, rest, nil
}

// copy sets the slice to a copy of the native block. It appends because that, unlike making room and copying, does not
// clear the memory first.
func (f flat) copy(slice unsafe.Pointer, block []byte) {
	switch f.size {
	case 1:
		*(*[]uint8)(slice) = append([]uint8{}, block...)
	case 2:
		*(*[]uint16)(slice) = append([]uint16{}, as[uint16](block)...)
	case 4:
		*(*[]uint32)(slice) = append([]uint32{}, as[uint32](block)...)
	case 8:
		*(*[]uint64)(slice) = append([]uint64{}, as[uint64](block)...)
	}
}

// as is the block as numbers, which may lie at odd addresses: they can be copied, and not be used.
func as[N uint16 | uint32 | uint64](block []byte) []N {
	if len(block) == 0 {
		return nil // its address is that of no number
	}
	return unsafe.Slice((*N)(unsafe.Pointer(unsafe.SliceData(block))), len(block)/int(unsafe.Sizeof(N(0))))
}

// store puts the numbers of the block in memory that has room for them.
func (f flat) store(numbers unsafe.Pointer, block []byte) error {
	if f.native() {
		copy(unsafe.Slice((*byte)(numbers), len(block)), block)
		return nil
	}
	return f.storeEach(numbers, block)
}
