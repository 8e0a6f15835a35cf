// Package value carries the inputs and results of calls to another process and back, exactly: what arrives is equal to
// what was sent, nil and empty stay different, a NaN keeps its bits, and a string may hold any bytes. A type whose
// values cannot arrive so is refused by [For], before the first call, with the path of the field that is in the way.
//
// # What crosses
//
// Booleans, numbers, strings, and arrays, slices, maps, pointers and structs of what crosses. All exported fields of a
// struct cross, whatever their tags say, and so do those of the structs it embeds. A type with MarshalBinary and
// UnmarshalBinary crosses by these. A type that would be refused crosses by GobEncode and GobDecode, or else by
// MarshalText and UnmarshalText, if it has them. Channels, functions, interfaces, unexported fields, and maps whose
// keys hold pointers are refused.
//
// What a value does not hold itself does not cross: spare capacity of a slice, and that two pointers or two slices
// share what they point to (it arrives once for each). A [time.Time] arrives as the same instant at the same offset
// from UTC, without its monotonic clock reading and without the name of its location.
//
// # The bytes
//
// A value is one data item of CBOR (RFC 8949), which a struct enters as the array of its fields in the order of
// declaration, without their names: both sides must have the same definition of the type. A string is a byte string,
// since it need not be UTF-8. A slice or array of numbers is one block in little endian with the tag that RFC 8746
// has for it, so that it is copied, not encoded. The codec is compiled for a type rather than left to a general CBOR
// library because such a library is bound by field tags, merges a nil pointer with a pointer to one, fills an array
// that came too short, and makes room for as many elements as the bytes announce, whatever the size of one.
package value

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"
)

// A Codec turns values of one type into bytes and back. It has no state: it is safe for concurrent use.
type Codec struct {
	pointer reflect.Type // *T
	plan    *plan
}

// compiled is what For found out about a type.
type compiled struct {
	codec *Codec
	err   error
}

var known sync.Map // reflect.Type to compiled

// For returns the codec of the values of type t, or an error that names the type and the field that cannot cross. It
// compiles the codec when it is first asked for t, and keeps it. It is safe for concurrent use. t must not be nil.
func For(t reflect.Type) (*Codec, error) {
	if t == nil {
		panic("value: For of a nil type")
	}
	found, ok := known.Load(t)
	if !ok {
		found, _ = known.LoadOrStore(t, compile(t))
	}
	c := found.(compiled)
	return c.codec, c.err
}

// Append appends to dst the bytes of the value that pointer, a *T, points to, and returns the extended slice, as the
// built-in append does. It fails when a marshaler of the value's own types fails or panics, and when the value is
// nested deeper than 1,000 pointers, slices and maps, as one that contains itself is; dst is then returned as it was.
func (c *Codec) Append(dst []byte, pointer any) ([]byte, error) { return c.Place(pointer).Append(dst) }

// Decode sets the value that pointer, a *T, points to, which must be the zero value, to what the bytes of src say. The
// value keeps nothing of src. src may be anything: when it is not exactly one value of type T, Decode fails, and the
// value holds some part of it. Decode allocates in proportion to the length of src, apart from what unmarshalers of
// the value's own types do and the size of such a type.
func (c *Codec) Decode(src []byte, pointer any) error { return c.Place(pointer).Decode(src) }

// A Place is where one value after another is, which saves looking at the pointer each time.
type Place struct {
	codec   *Codec
	address unsafe.Pointer
}

// Place returns the place that pointer, a *T, points to.
func (c *Codec) Place(pointer any) Place { return Place{c, c.address(pointer)} }

// Append is [Codec.Append] of the value that is in the place.
func (p Place) Append(dst []byte) ([]byte, error) {
	extended, err := p.codec.plan.append(dst, p.address, deepest)
	if err != nil {
		return dst, fmt.Errorf("cannot encode %v: %w", p.codec.pointer.Elem(), err)
	}
	return extended, nil
}

// Decode is [Codec.Decode] into the place.
func (p Place) Decode(src []byte) error {
	rest, err := p.codec.plan.decode(src, p.address, deepest)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("the value ends here and %d more bytes follow", len(rest))
	}
	if err != nil {
		return fmt.Errorf("cannot decode %v: at byte %d of %d: %w", p.codec.pointer.Elem(), len(src)-len(rest), len(src), err)
	}
	return nil
}
