package value

import (
	"reflect"
	"unsafe"
)

// slice makes p the plan for a slice: nil, a block of numbers, or an array of its elements.
func (c *compiler) slice(p *plan, t reflect.Type, path string) error {
	if f, ok := flatOf(t.Elem()); ok {
		p.numbers(t, f)
		return nil
	}
	element, err := c.plan(t.Elem(), path+"[]")
	if err != nil {
		return err
	}
	p.elements(t, element)
	return nil
}

// length is how many elements the slice has. All slices begin alike, whatever their elements.
func length(slice unsafe.Pointer) int { return len(*(*[]struct{})(slice)) }

// elementsOf is the address of the first element.
func elementsOf(slice unsafe.Pointer) unsafe.Pointer { return *(*unsafe.Pointer)(slice) }

// room makes the zero slice of type t one of count elements, and returns the address of the first.
func room(t reflect.Type, slice unsafe.Pointer, count int) unsafe.Pointer {
	v := reflect.NewAt(t, slice).Elem()
	if count == 0 {
		v.Set(reflect.MakeSlice(t, 0, 0)) // empty is not nil
	} else {
		v.Grow(count)
		v.SetLen(count)
	}
	return v.UnsafePointer()
}

func (p *plan) elements(t reflect.Type, element *plan) {
	size := t.Elem().Size()
	p.append = func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		first, count := elementsOf(value), length(value)
		if first == nil {
			return append(dst, nilItem), nil
		}
		if levels == 0 {
			return dst, errTooDeep
		}
		return appendArray(dst, element, first, count, size, levels-1)
	}
	p.decode = func(src []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		if isNil, rest := readNil(src); isNil {
			return rest, nil
		}
		if levels == 0 {
			return src, errTooDeep
		}
		count, rest, err := readCount(src, arrayItem, element.least)
		if err != nil {
			return src, err
		}
		return decodeArray(rest, element, room(t, value, count), count, size, levels-1)
	}
}

func (p *plan) numbers(t reflect.Type, f flat) {
	p.append = func(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		first, count := elementsOf(value), length(value)
		if first == nil {
			return append(dst, nilItem), nil
		}
		return f.append(dst, first, count), nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		if isNil, rest := readNil(src); isNil {
			return rest, nil
		}
		block, rest, err := f.readBlock(src)
		if err != nil {
			return src, err
		}
		if f.native() {
			f.copy(value, block)
			return rest, nil
		}
		if err := f.storeEach(room(t, value, len(block)/int(f.width)), block); err != nil {
			return src, err
		}
		return rest, nil
	}
}

// appendArray appends count elements, with a head that says how many.
func appendArray(
	dst []byte, element *plan, first unsafe.Pointer, count int, size uintptr, levels int) ([]byte, error) {
	dst = appendHead(dst, arrayItem, uint64(count))
	for i := range count {
		var err error
		if dst, err = element.append(dst, unsafe.Add(first, uintptr(i)*size), levels); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// decodeArray decodes count elements, whose head has been read.
func decodeArray(
	src []byte, element *plan, first unsafe.Pointer, count int, size uintptr, levels int) ([]byte, error) {
	for i := range count {
		var err error
		if src, err = element.decode(src, unsafe.Add(first, uintptr(i)*size), levels); err != nil {
			return src, err
		}
	}
	return src, nil
}
