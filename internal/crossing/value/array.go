package value

import (
	"fmt"
	"reflect"
	"unsafe"
)

// array makes p the plan for an array: a block of numbers, or an array of its elements.
func (c *compiler) array(p *plan, t reflect.Type, path string) error {
	if f, ok := flatOf(t.Elem()); ok {
		p.numberArray(t.Len(), f)
		return nil
	}
	element, err := c.plan(t.Elem(), path+"[]")
	if err != nil {
		return err
	}
	p.array(element, t.Len(), t.Elem().Size())
	return nil
}

func (p *plan) array(element *plan, count int, size uintptr) {
	p.least = 1 + count*element.least
	p.pointers = element.pointers
	p.append = func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		return appendArray(dst, element, value, count, size, levels)
	}
	p.decode = func(src []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		rest, err := expectCount(src, count)
		if err != nil {
			return src, err
		}
		return decodeArray(rest, element, value, count, size, levels)
	}
}

func (p *plan) numberArray(count int, f flat) {
	p.least = 1 + count*int(f.width)
	p.append = func(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		return f.append(dst, value, count), nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		block, rest, err := f.readBlock(src)
		if err != nil {
			return src, err
		}
		if found := len(block) / int(f.width); found != count {
			return src, wrongCount(found, count)
		}
		if err := f.store(value, block); err != nil {
			return src, err
		}
		return rest, nil
	}
}

// nothing makes p the plan for an array that takes no memory: there is one value of its type.
func (p *plan) nothing() { p.array(&plan{}, 0, 0) }

// expectCount reads the head of an array that must have count elements.
func expectCount(src []byte, count int) (rest []byte, err error) {
	found, rest, err := expectHead(src, arrayItem)
	if err != nil {
		return src, err
	}
	if found != uint64(count) {
		return src, wrongCount(found, count)
	}
	return rest, nil
}

func wrongCount[N int | uint64](found N, count int) error {
	return fmt.Errorf("there are %d elements instead of %d", found, count)
}
