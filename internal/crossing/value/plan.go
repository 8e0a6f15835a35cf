package value

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"unsafe"
)

// A plan says how values of one type are encoded and decoded. Both functions get the address of the value and how many
// levels of pointers, slices and maps may still be in it.
type plan struct {
	least    int  // bytes of the shortest encoding, at least 1: bounds what a decoder makes room for
	pointers bool // two values may differ by the addresses in them alone
	// append returns dst extended by the value.
	append func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error)
	// decode sets the value, which must be zero, and returns what follows it in src, or where in src the error is.
	decode func(src []byte, value unsafe.Pointer, levels int) ([]byte, error)
}

// deepest is how many levels of pointers, slices and maps a value may have: it keeps one that contains itself from
// exhausting the memory (with what it repeats at each level), and hostile bytes from exhausting the stack.
const deepest = 1_000

var errTooDeep = errors.New("it is nested deeper than 1,000 levels, or contains itself")

// address is where the value is that pointer points to.
func (c *Codec) address(pointer any) unsafe.Pointer {
	if reflect.TypeOf(pointer) != c.pointer {
		panic(fmt.Sprintf("value: the codec of %v got a %T", c.pointer, pointer))
	}
	address := reflect.ValueOf(pointer).UnsafePointer()
	if address == nil {
		panic(fmt.Sprintf("value: the codec of %v got a nil pointer", c.pointer))
	}
	return address
}

// A compiler makes the plans of one type and of the types in it. A type in itself finds the plan that is being made.
type compiler struct{ plans map[reflect.Type]*plan }

func compile(t reflect.Type) compiled {
	c := compiler{plans: make(map[reflect.Type]*plan)}
	p, err := c.plan(t, root(t))
	if err != nil {
		return compiled{err: err}
	}
	return compiled{codec: &Codec{pointer: reflect.PointerTo(t), plan: p}}
}

// plan is the plan for t, which is found at path in the type that is being compiled.
func (c *compiler) plan(t reflect.Type, path string) (*plan, error) {
	if p, ok := c.plans[t]; ok {
		return p, nil
	}
	p := &plan{least: 1}
	c.plans[t] = p
	if byBinary(t) {
		p.marshal(t, binaryMethods)
		return p, nil
	}
	fallback, found := lastResort(t)
	before := maps.Clone(c.plans)
	err := c.fill(p, t, path)
	if err != nil && found {
		c.plans = before // plans made since may lead to one that could not be finished
		p.marshal(t, fallback)
		err = nil
	}
	return p, err
}

// fill makes p the plan for t by its structure.
func (c *compiler) fill(p *plan, t reflect.Type, path string) error {
	if t.Kind() == reflect.Array && t.Size() == 0 {
		p.nothing()
		return nil
	}
	switch t.Kind() {
	case reflect.Bool:
		p.boolean()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.signed(t.Kind())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.unsigned(t.Kind())
	case reflect.Float32:
		p.float32()
	case reflect.Float64:
		p.float64()
	case reflect.Complex64:
		p.array(&plan{least: float32Bytes, append: appendFloat32, decode: decodeFloat32}, 2, 4)
	case reflect.Complex128:
		p.array(&plan{least: float64Bytes, append: appendFloat64, decode: decodeFloat64}, 2, 8)
	case reflect.String:
		p.text()
	case reflect.Pointer:
		return c.pointer(p, t, path)
	case reflect.Slice:
		return c.slice(p, t, path)
	case reflect.Array:
		return c.array(p, t, path)
	case reflect.Map:
		return c.mapping(p, t, path)
	case reflect.Struct:
		return c.structure(p, t, path)
	default:
		return refuseKind(t, path)
	}
	return nil
}
