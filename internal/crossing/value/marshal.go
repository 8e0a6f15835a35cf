package value

import (
	"encoding"
	"fmt"
	"reflect"
	"unsafe"
)

// methods are the two methods by which a type itself turns its values into bytes and back. Both are called on a
// pointer, which has the methods of the value too.
type methods struct {
	encodeName, decodeName string
	encode                 func(pointer any) ([]byte, error)
	decode                 func(pointer any, bytes []byte) error
	encoder, decoder       reflect.Type
}

type (
	gobEncoder interface{ GobEncode() ([]byte, error) }
	gobDecoder interface{ GobDecode([]byte) error }
)

var (
	binaryMethods = methods{
		encodeName: "MarshalBinary", decodeName: "UnmarshalBinary",
		encode:  func(p any) ([]byte, error) { return p.(encoding.BinaryMarshaler).MarshalBinary() },
		decode:  func(p any, bytes []byte) error { return p.(encoding.BinaryUnmarshaler).UnmarshalBinary(bytes) },
		encoder: reflect.TypeFor[encoding.BinaryMarshaler](), decoder: reflect.TypeFor[encoding.BinaryUnmarshaler](),
	}
	gobMethods = methods{
		encodeName: "GobEncode", decodeName: "GobDecode",
		encode:  func(p any) ([]byte, error) { return p.(gobEncoder).GobEncode() },
		decode:  func(p any, bytes []byte) error { return p.(gobDecoder).GobDecode(bytes) },
		encoder: reflect.TypeFor[gobEncoder](), decoder: reflect.TypeFor[gobDecoder](),
	}
	textMethods = methods{
		encodeName: "MarshalText", decodeName: "UnmarshalText",
		encode:  func(p any) ([]byte, error) { return p.(encoding.TextMarshaler).MarshalText() },
		decode:  func(p any, bytes []byte) error { return p.(encoding.TextUnmarshaler).UnmarshalText(bytes) },
		encoder: reflect.TypeFor[encoding.TextMarshaler](), decoder: reflect.TypeFor[encoding.TextUnmarshaler](),
	}
)

// byBinary says that values of type t cross by MarshalBinary and UnmarshalBinary.
func byBinary(t reflect.Type) bool { return binaryMethods.of(t) }

// lastResort is how values of type t cross when their structure cannot. It is the last resort because these methods
// may lose what the structure has: a net.IP of 4 bytes comes back from its text with 16. GobEncode goes before
// MarshalText because of types such as big.Float, whose text leaves out the precision.
func lastResort(t reflect.Type) (methods, bool) {
	for _, m := range []methods{gobMethods, textMethods} {
		if m.of(t) {
			return m, true
		}
	}
	return methods{}, false
}

// of says that t has both methods for itself. Those of an embedded field may be all that t has, and would leave its
// other fields out, so that the methods of a struct do not count when a field it embeds has them.
func (m methods) of(t reflect.Type) bool {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer || !m.both(reflect.PointerTo(t)) {
		return false
	}
	if t.Kind() != reflect.Struct {
		return true
	}
	for f := range t.Fields() {
		if f.Anonymous && (m.either(f.Type) || m.either(reflect.PointerTo(f.Type))) {
			return false
		}
	}
	return true
}

func (m methods) both(t reflect.Type) bool { return t.Implements(m.encoder) && t.Implements(m.decoder) }
func (m methods) either(t reflect.Type) bool {
	return t.Implements(m.encoder) || t.Implements(m.decoder)
}

// marshal makes p the plan for values of type t by its methods: a byte string of what they make.
func (p *plan) marshal(t reflect.Type, m methods) {
	p.least, p.pointers = 1, false
	p.append = func(dst []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		var bytes []byte
		err := guard(t, m.encodeName, func() (err error) {
			bytes, err = m.encode(reflect.NewAt(t, value).Interface())
			return err
		})
		if err != nil {
			return dst, err
		}
		return appendBytes(dst, bytes), nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, _ int) ([]byte, error) {
		bytes, rest, err := readBytes(src)
		if err != nil {
			return src, err
		}
		err = guard(t, m.decodeName, func() error {
			return m.decode(reflect.NewAt(t, value).Interface(), bytes)
		})
		if err != nil {
			return src, err
		}
		return rest, nil
	}
}

// guard calls a method of the user's type. A panic in it becomes an error: it must not end more than its own call.
func guard(t reflect.Type, method string, call func() error) (err error) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("%s of %v panicked: %w", method, t, reason)
		default:
			err = fmt.Errorf("%s of %v panicked: %v", method, t, reason)
		}
	}()
	if err := call(); err != nil {
		return fmt.Errorf("%s of %v: %w", method, t, err)
	}
	return nil
}
