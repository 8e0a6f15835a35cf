package value

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The first byte of a data item of CBOR: its major type in the upper three bits (RFC 8949, section 3.1), and how its
// argument is held in the other five.
const (
	unsignedItem = 0 << 5
	negativeItem = 1 << 5 // -1 minus the argument
	bytesItem    = 2 << 5
	arrayItem    = 4 << 5
	mapItem      = 5 << 5
	tagItem      = 6 << 5

	falseItem   = 0xf4
	trueItem    = 0xf5
	nilItem     = 0xf6
	float32Item = 0xfa
	float64Item = 0xfb

	majorBits  = 7 << 5
	oneByte    = 24 // the argument is in the byte that follows; below 24 it is the lower five bits themselves
	twoBytes   = 25
	fourBytes  = 26
	eightBytes = 27
)

var (
	errShort = errors.New("the bytes end too soon")
	errHead  = errors.New("the first byte of an item is malformed")
)

// appendHead appends the head of an item of the major type, in the shortest form.
func appendHead(dst []byte, major byte, argument uint64) []byte {
	switch {
	case argument < oneByte:
		return append(dst, major|byte(argument))
	case argument < 1<<8:
		return append(dst, major|oneByte, byte(argument))
	case argument < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, major|twoBytes), uint16(argument))
	case argument < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, major|fourBytes), uint32(argument))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|eightBytes), argument)
}

// readHead reads the head of an item, which may be longer than it need be. It allows no item of indefinite length.
func readHead(src []byte) (major byte, argument uint64, rest []byte, err error) {
	if len(src) == 0 {
		return 0, 0, src, errShort
	}
	major, form := src[0]&majorBits, src[0]&^majorBits
	switch after := src[1:]; {
	case form < oneByte:
		return major, uint64(form), after, nil
	case form > eightBytes:
		return 0, 0, src, errHead
	case form == oneByte && len(after) >= 1:
		return major, uint64(after[0]), after[1:], nil
	case form == twoBytes && len(after) >= 2:
		return major, uint64(binary.BigEndian.Uint16(after)), after[2:], nil
	case form == fourBytes && len(after) >= 4:
		return major, uint64(binary.BigEndian.Uint32(after)), after[4:], nil
	case form == eightBytes && len(after) >= 8:
		return major, binary.BigEndian.Uint64(after), after[8:], nil
	}
	return 0, 0, src, errShort
}

// expectHead reads the head of an item that must be of the major type.
func expectHead(src []byte, major byte) (argument uint64, rest []byte, err error) {
	found, argument, rest, err := readHead(src)
	if err != nil {
		return 0, src, err
	}
	if found != major {
		return 0, src, unexpected(src, major)
	}
	return argument, rest, nil
}

// readCount reads the head of an item of the major type with so many parts, which take at least so many bytes each.
// The parts are then few enough to make room for.
func readCount(src []byte, major byte, least int) (count int, rest []byte, err error) {
	n, rest, err := expectHead(src, major)
	if err != nil {
		return 0, src, err
	}
	if n > uint64(len(rest)/least) {
		return 0, src, errShort
	}
	return int(n), rest, nil
}

// readNil tells whether the item is nil, and if so reads it.
func readNil(src []byte) (isNil bool, rest []byte) {
	if len(src) > 0 && src[0] == nilItem {
		return true, src[1:]
	}
	return false, src
}

// unexpected is the error for an item, which has a first byte, that is not of the type that belongs there.
func unexpected(src []byte, first byte) error {
	return fmt.Errorf("an item that begins with 0x%02x is there instead of one with 0x%02x", src[0], first)
}
