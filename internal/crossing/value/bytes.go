package value

import "unsafe"

func appendBytes(dst, bytes []byte) []byte {
	return append(appendHead(dst, bytesItem, uint64(len(bytes))), bytes...)
}

// readBytes reads a byte string. The bytes are those of src itself.
func readBytes(src []byte) (bytes, rest []byte, err error) {
	count, rest, err := readCount(src, bytesItem, 1)
	if err != nil {
		return nil, src, err
	}
	return rest[:count:count], rest[count:], nil
}

func (p *plan) text() {
	p.append = func(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		text := *(*string)(value)
		return append(appendHead(dst, bytesItem, uint64(len(text))), text...), nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		bytes, rest, err := readBytes(src)
		if err != nil {
			return src, err
		}
		*(*string)(value) = string(bytes)
		return rest, nil
	}
}
