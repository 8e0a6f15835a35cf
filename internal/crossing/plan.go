package crossing

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"unsafe"

	"example.com/overlap/internal/crossing/value"
)

// plan is how the fields of errors of one type cross. Both functions get a value that can be addressed.
type plan struct {
	append func(e *encoder, v reflect.Value, depth int) error
	decode func(d *decoder, v reflect.Value, depth int) error
}

var (
	errorType   = reflect.TypeFor[error]()
	addressType = reflect.TypeFor[net.Addr]()
	typeType    = reflect.TypeFor[reflect.Type]()
	anyType     = reflect.TypeFor[any]()
)

var errNoCrossing = errors.New("the error holds what does not cross")

// planOf makes the plan for a type. What value carries crosses so; besides, errors and addresses do, and fields that
// are not exported: the process on the other side is the same program.
func planOf(t reflect.Type) *plan { return plans{}.of(t) }

// plans are the plans that are being made, for types that contain themselves.
type plans map[reflect.Type]*plan

func (made plans) of(t reflect.Type) *plan {
	if p, ok := made[t]; ok {
		return p
	}
	p := &plan{}
	made[t] = p
	codec, err := value.For(t)
	switch {
	case err == nil:
		p.carried(codec)
	case t == errorType:
		p.inner()
	case t == addressType:
		p.address()
	case t == typeType:
		p.basicType()
	case t == anyType:
		p.anything()
	case t.Kind() == reflect.Struct:
		p.fields(t, made)
	case t.Kind() == reflect.Pointer:
		p.pointer(t, made)
	case t.Kind() == reflect.Slice:
		p.slice(t, made)
	default:
		p.nothing()
	}
	return p
}

// settable is v without the mark of a field that is not exported.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func (p *plan) carried(codec *value.Codec) {
	p.append = func(e *encoder, v reflect.Value, _ int) error {
		b, err := codec.Append(nil, v.Addr().Interface())
		e.text(string(b))
		return err
	}
	p.decode = func(d *decoder, v reflect.Value, _ int) error {
		return codec.Decode(d.bytes(), v.Addr().Interface())
	}
}

func (p *plan) inner() {
	p.append = func(e *encoder, v reflect.Value, depth int) error {
		err, _ := v.Interface().(error)
		if err == nil {
			e.number(0)
			return nil
		}
		e.number(1)
		e.node(err, depth+1)
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, depth int) error {
		if d.byte() == 0 {
			return nil
		}
		if err := d.node(depth + 1); err != nil {
			v.Set(reflect.ValueOf(&err).Elem())
		}
		return nil
	}
}

func (p *plan) fields(t reflect.Type, made plans) {
	var at []int
	var plans []*plan
	for i := range t.NumField() {
		if t.Field(i).Name != "_" {
			at, plans = append(at, i), append(plans, made.of(t.Field(i).Type))
		}
	}
	p.append = func(e *encoder, v reflect.Value, depth int) error {
		for i, field := range plans {
			if err := field.append(e, settable(v.Field(at[i])), depth); err != nil {
				return err
			}
		}
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, depth int) error {
		for i, field := range plans {
			if err := field.decode(d, settable(v.Field(at[i])), depth); err != nil {
				return err
			}
		}
		return nil
	}
}

func (p *plan) pointer(t reflect.Type, made plans) {
	to := made.of(t.Elem())
	p.append = func(e *encoder, v reflect.Value, depth int) error {
		switch {
		case v.IsNil():
			e.number(0)
			return nil
		case depth >= deepestError:
			return errNoCrossing
		}
		e.number(1)
		return to.append(e, v.Elem(), depth+1)
	}
	p.decode = func(d *decoder, v reflect.Value, depth int) error {
		if d.byte() == 0 || depth > deepestError {
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return to.decode(d, v.Elem(), depth+1)
	}
}

func (p *plan) slice(t reflect.Type, made plans) {
	of := made.of(t.Elem())
	p.append = func(e *encoder, v reflect.Value, depth int) error {
		if v.Len() > mostErrors || depth >= deepestError {
			return errNoCrossing
		}
		e.number(v.Len())
		for i := range v.Len() {
			if err := of.append(e, v.Index(i), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, depth int) error {
		n := d.number()
		if n > mostErrors || depth > deepestError {
			return errNoCrossing
		}
		for range n {
			element := reflect.New(t.Elem()).Elem()
			if err := of.decode(d, element, depth+1); err != nil {
				return err
			}
			v.Set(reflect.Append(v, element))
		}
		return nil
	}
}

// anything is for fields of type any: an error, or a text in place of the value.
func (p *plan) anything() {
	const most = 1 << 10
	p.append = func(e *encoder, v reflect.Value, depth int) error {
		switch held := v.Interface().(type) {
		case nil:
			e.number(0)
		case error:
			e.number(1)
			e.node(held, depth+1)
		case string:
			e.number(2)
			e.text(held)
		default:
			text := fmt.Sprintf("%+v", held)
			e.number(2)
			e.text(text[:min(len(text), most)])
		}
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, depth int) error {
		switch d.byte() {
		case 1:
			v.Set(reflect.ValueOf(d.node(depth + 1)))
		case 2:
			v.Set(reflect.ValueOf(d.text()))
		}
		return nil
	}
}

// address is for fields of type net.Addr.
func (p *plan) address() {
	p.append = func(e *encoder, v reflect.Value, _ int) error {
		a, _ := v.Interface().(net.Addr)
		for i, t := range addressTypes {
			if reflect.TypeOf(a) == t && !reflect.ValueOf(a).IsNil() {
				held := reflect.New(t).Elem()
				held.Set(reflect.ValueOf(a))
				e.number(i + 2)
				return planOf(t).append(e, held, deepestError-1)
			}
		}
		if a == nil || reflect.ValueOf(a).Kind() == reflect.Pointer && reflect.ValueOf(a).IsNil() {
			e.number(0)
			return nil
		}
		e.number(1)
		e.text(a.Network())
		e.text(a.String())
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, _ int) error {
		switch kind := int(d.byte()); {
		case kind == 0:
		case kind == 1:
			v.Set(reflect.ValueOf(address{d.text(), d.text()}))
		case kind-2 < len(addressTypes):
			a := reflect.New(addressTypes[kind-2]).Elem()
			if err := planOf(a.Type()).decode(d, a, deepestError-1); err != nil || a.IsNil() {
				return errNoCrossing
			}
			v.Set(a)
		default:
			return errNoCrossing
		}
		return nil
	}
}

var addressTypes = []reflect.Type{
	reflect.TypeFor[*net.TCPAddr](), reflect.TypeFor[*net.UDPAddr](), reflect.TypeFor[*net.UnixAddr](),
	reflect.TypeFor[*net.IPAddr](),
	reflect.TypeFor[*net.IPNet](),
}

// address is an address of a type that is not known.
type address struct{ network, text string }

func (a address) Network() string { return a.network }
func (a address) String() string  { return a.text }

// basicType is for fields of type reflect.Type, as errors of encoding/json have: types without a name of a package
// cross.
func (p *plan) basicType() {
	p.append = func(e *encoder, v reflect.Value, _ int) error {
		t, _ := v.Interface().(reflect.Type)
		if t == nil || basicTypes[t.String()] != t {
			return errNoCrossing
		}
		e.text(t.String())
		return nil
	}
	p.decode = func(d *decoder, v reflect.Value, _ int) error {
		t, ok := basicTypes[d.text()]
		if !ok {
			return errNoCrossing
		}
		v.Set(reflect.ValueOf(t))
		return nil
	}
}

var basicTypes = func() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[string](), anyType, reflect.TypeFor[float32](), reflect.TypeFor[float64](),
		reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](),
		reflect.TypeFor[int64](),
		reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](),
		reflect.TypeFor[uint64](),
		reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[chan int](), reflect.TypeFor[func()](),
	} {
		for _, t := range []reflect.Type{t, reflect.PointerTo(t), reflect.SliceOf(t),
			reflect.MapOf(reflect.TypeFor[string](), t)} {
			all[t.String()] = t
		}
	}
	return all
}()

// nothing is for what does not cross: it may be there if it is nil.
func (p *plan) nothing() {
	p.append = func(_ *encoder, v reflect.Value, _ int) error {
		if !v.IsZero() {
			return errNoCrossing
		}
		return nil
	}
	p.decode = func(*decoder, reflect.Value, int) error { return nil }
}
