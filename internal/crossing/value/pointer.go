package value

import (
	"reflect"
	"unsafe"
)

// pointer makes p the plan for a pointer: nil, or an array of the one value it points to. The array keeps a pointer to
// a nil apart from a nil pointer.
func (c *compiler) pointer(p *plan, t reflect.Type, path string) error {
	p.pointers = true
	target, err := c.plan(t.Elem(), path)
	if err != nil {
		return err
	}
	p.append = func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		address := *(*unsafe.Pointer)(value)
		if address == nil {
			return append(dst, nilItem), nil
		}
		if levels == 0 {
			return dst, errTooDeep
		}
		return target.append(appendHead(dst, arrayItem, 1), address, levels-1)
	}
	p.decode = func(src []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		if isNil, rest := readNil(src); isNil {
			return rest, nil
		}
		if levels == 0 {
			return src, errTooDeep
		}
		rest, err := expectCount(src, 1)
		if err != nil {
			return src, err
		}
		if len(rest) < target.least {
			return src, errShort
		}
		address := reflect.New(t.Elem()).UnsafePointer()
		*(*unsafe.Pointer)(value) = address
		return target.decode(rest, address, levels-1)
	}
	return nil
}
