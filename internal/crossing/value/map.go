package value

import (
	"errors"
	"reflect"
	"unsafe"
)

var errSameKey = errors.New("a map has the same key twice")

// mapping makes p the plan for a map: nil, or a map of CBOR, in no order.
func (c *compiler) mapping(p *plan, t reflect.Type, path string) error {
	key, err := c.plan(t.Key(), path+"[key]")
	if err != nil {
		return err
	}
	if key.pointers {
		return refuseKey(t, path)
	}
	element, err := c.plan(t.Elem(), path+"[]")
	if err != nil {
		return err
	}
	p.append = func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		m := reflect.NewAt(t, value).Elem()
		if m.IsNil() {
			return append(dst, nilItem), nil
		}
		if levels == 0 {
			return dst, errTooDeep
		}
		return appendPairs(dst, key, element, m, levels-1)
	}
	p.decode = func(src []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		if isNil, rest := readNil(src); isNil {
			return rest, nil
		}
		if levels == 0 {
			return src, errTooDeep
		}
		count, rest, err := readCount(src, mapItem, key.least+element.least)
		if err != nil {
			return src, err
		}
		m := reflect.NewAt(t, value).Elem()
		m.Set(reflect.MakeMapWithSize(t, count))
		return decodePairs(rest, key, element, m, count, levels-1)
	}
	return nil
}

func appendPairs(dst []byte, key, element *plan, m reflect.Value, levels int) ([]byte, error) {
	dst = appendHead(dst, mapItem, uint64(m.Len()))
	// The entries of a map have no address: each is copied to where it has one.
	k, v := reflect.New(m.Type().Key()), reflect.New(m.Type().Elem())
	for pairs := m.MapRange(); pairs.Next(); {
		k.Elem().SetIterKey(pairs)
		v.Elem().SetIterValue(pairs)
		var err error
		if dst, err = key.append(dst, k.UnsafePointer(), levels); err != nil {
			return dst, err
		}
		if dst, err = element.append(dst, v.UnsafePointer(), levels); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func decodePairs(src []byte, key, element *plan, m reflect.Value, count, levels int) ([]byte, error) {
	k, v := reflect.New(m.Type().Key()), reflect.New(m.Type().Elem())
	for i := range count {
		k.Elem().SetZero()
		v.Elem().SetZero()
		pair := src
		var err error
		if src, err = key.decode(src, k.UnsafePointer(), levels); err != nil {
			return src, err
		}
		if src, err = element.decode(src, v.UnsafePointer(), levels); err != nil {
			return src, err
		}
		m.SetMapIndex(k.Elem(), v.Elem())
		if m.Len() != i+1 {
			return pair, errSameKey
		}
	}
	return src, nil
}
