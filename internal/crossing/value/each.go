package value

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// appendEach appends the numbers one by one, for processors whose integers are not those of the block.
func (f flat) appendEach(dst []byte, numbers unsafe.Pointer, count int) []byte {
	var bytes [8]byte
	for i := range count {
		binary.LittleEndian.PutUint64(bytes[:], f.load(unsafe.Add(numbers, uintptr(i)*f.size)))
		dst = append(dst, bytes[:f.width]...)
	}
	return dst
}

// storeEach stores the numbers one by one. It fails for a 64-bit int that this processor's int cannot hold.
func (f flat) storeEach(numbers unsafe.Pointer, block []byte) error {
	var bytes [8]byte
	for i := range uintptr(len(block)) / f.width {
		copy(bytes[:], block[i*f.width:(i+1)*f.width])
		bits := binary.LittleEndian.Uint64(bytes[:])
		number := unsafe.Add(numbers, i*f.size)
		switch f.size {
		case 1:
			*(*uint8)(number) = uint8(bits)
		case 2:
			*(*uint16)(number) = uint16(bits)
		case 4:
			*(*uint32)(number) = uint32(bits)
		case 8:
			*(*uint64)(number) = bits
		}
		if f.width != f.size && f.load(number) != bits {
			return fmt.Errorf("number %d of a block is out of the range of %d bits", i, 8*f.size)
		}
	}
	return nil
}

// load is the number in 64 bits.
func (f flat) load(number unsafe.Pointer) uint64 {
	switch {
	case f.size == 1:
		return uint64(*(*uint8)(number))
	case f.size == 2:
		return uint64(*(*uint16)(number))
	case f.size == 8:
		return *(*uint64)(number)
	case f.signed:
		return uint64(int64(*(*int32)(number)))
	}
	return uint64(*(*uint32)(number))
}
