package value

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"unsafe"
)

const (
	float32Bytes = 5
	float64Bytes = 9
)

func (p *plan) boolean() {
	p.append = func(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		if *(*bool)(value) {
			return append(dst, trueItem), nil
		}
		return append(dst, falseItem), nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		if len(src) == 0 {
			return src, errShort
		}
		if src[0] != trueItem && src[0] != falseItem {
			return src, unexpected(src, falseItem)
		}
		*(*bool)(value) = src[0] == trueItem
		return src[1:], nil
	}
}

func (p *plan) signed(kind reflect.Kind) {
	switch kind {
	case reflect.Int:
		p.append, p.decode = appendSigned[int], decodeSigned[int]
	case reflect.Int8:
		p.append, p.decode = appendSigned[int8], decodeSigned[int8]
	case reflect.Int16:
		p.append, p.decode = appendSigned[int16], decodeSigned[int16]
	case reflect.Int32:
		p.append, p.decode = appendSigned[int32], decodeSigned[int32]
	case reflect.Int64:
		p.append, p.decode = appendSigned[int64], decodeSigned[int64]
	}
}

func (p *plan) unsigned(kind reflect.Kind) {
	switch kind {
	case reflect.Uint:
		p.append, p.decode = appendUnsigned[uint], decodeUnsigned[uint]
	case reflect.Uint8:
		p.append, p.decode = appendUnsigned[uint8], decodeUnsigned[uint8]
	case reflect.Uint16:
		p.append, p.decode = appendUnsigned[uint16], decodeUnsigned[uint16]
	case reflect.Uint32:
		p.append, p.decode = appendUnsigned[uint32], decodeUnsigned[uint32]
	case reflect.Uint64:
		p.append, p.decode = appendUnsigned[uint64], decodeUnsigned[uint64]
	case reflect.Uintptr:
		p.append, p.decode = appendUnsigned[uintptr], decodeUnsigned[uintptr]
	}
}

func appendSigned[N int | int8 | int16 | int32 | int64](dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	n := int64(*(*N)(value))
	if n < 0 {
		return appendHead(dst, negativeItem, uint64(^n)), nil
	}
	return appendHead(dst, unsignedItem, uint64(n)), nil
}

func decodeSigned[N int | int8 | int16 | int32 | int64](src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	major, argument, rest, err := readHead(src)
	if err != nil {
		return src, err
	}
	n := int64(argument)
	if major == negativeItem {
		n = ^n
	} else if major != unsignedItem {
		return src, unexpected(src, unsignedItem)
	}
	if argument > 1<<63-1 || int64(N(n)) != n {
		return src, tooLarge[N](major, argument)
	}
	*(*N)(value) = N(n)
	return rest, nil
}

func appendUnsigned[N uint | uint8 | uint16 | uint32 | uint64 | uintptr](
	dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	return appendHead(dst, unsignedItem, uint64(*(*N)(value))), nil
}

func decodeUnsigned[N uint | uint8 | uint16 | uint32 | uint64 | uintptr](
	src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	argument, rest, err := expectHead(src, unsignedItem)
	if err != nil {
		return src, err
	}
	if uint64(N(argument)) != argument {
		return src, tooLarge[N](unsignedItem, argument)
	}
	*(*N)(value) = N(argument)
	return rest, nil
}

// tooLarge is the error for a number that no N can hold.
func tooLarge[N any](major byte, argument uint64) error {
	sign := ""
	if major == negativeItem {
		sign = "-1-"
	}
	return fmt.Errorf("%s%d is out of the range of %v", sign, argument, reflect.TypeFor[N]())
}

func (p *plan) float32() { p.least, p.append, p.decode = float32Bytes, appendFloat32, decodeFloat32 }
func (p *plan) float64() { p.least, p.append, p.decode = float64Bytes, appendFloat64, decodeFloat64 }

// The bits of floating-point numbers are moved as integers: the processor would change those of a signaling NaN.

func appendFloat32(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	return binary.BigEndian.AppendUint32(append(dst, float32Item), *(*uint32)(value)), nil
}

func appendFloat64(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	return binary.BigEndian.AppendUint64(append(dst, float64Item), *(*uint64)(value)), nil
}

func decodeFloat32(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	if len(src) < float32Bytes {
		return src, errShort
	}
	if src[0] != float32Item {
		return src, unexpected(src, float32Item)
	}
	*(*uint32)(value) = binary.BigEndian.Uint32(src[1:])
	return src[float32Bytes:], nil
}

func decodeFloat64(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
	if len(src) < float64Bytes {
		return src, errShort
	}
	if src[0] != float64Item {
		return src, unexpected(src, float64Item)
	}
	*(*uint64)(value) = binary.BigEndian.Uint64(src[1:])
	return src[float64Bytes:], nil
}
