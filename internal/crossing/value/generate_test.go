package value_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
)

// A generator makes types and values from bytes, and zeros when there are none left.
type generator struct{ data []byte }

func (g *generator) next() byte {
	if len(g.data) == 0 {
		return 0
	}
	first := g.data[0]
	g.data = g.data[1:]
	return first
}

func (g *generator) bits() uint64 {
	var bytes [8]byte
	g.data = g.data[copy(bytes[:g.next()%9], g.data):]
	return binary.LittleEndian.Uint64(bytes[:])
}

var scalars = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](),
	reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint8](),
	reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](),
	reflect.TypeFor[string](),
}

// typeOf makes a type with at most so many levels.
func (g *generator) typeOf(levels int) reflect.Type {
	kind := int(g.next())
	if levels == 0 || kind%23 < len(scalars) {
		return scalars[kind%len(scalars)]
	}
	switch kind%23 - len(scalars) {
	case 0, 1:
		return reflect.SliceOf(g.typeOf(levels - 1))
	case 2:
		return reflect.ArrayOf(int(g.next()%4), g.typeOf(levels-1))
	case 3:
		return reflect.PointerTo(g.typeOf(levels - 1))
	case 4:
		fields := make([]reflect.StructField, g.next()%5)
		for i := range fields {
			fields[i] = reflect.StructField{Name: fmt.Sprint("Field", i), Type: g.typeOf(levels - 1)}
		}
		return reflect.StructOf(fields)
	}
	return reflect.MapOf(scalars[int(g.next())%len(scalars)], g.typeOf(levels-1))
}

// fill sets the value, which is zero, to what the bytes say.
func (g *generator) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.next()%2 == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(g.bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.bits())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(math.Float64frombits(g.bits()))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(math.Float64frombits(g.bits()), math.Float64frombits(g.bits())))
	case reflect.String:
		length := min(int(g.next()), len(g.data))
		v.SetString(string(g.data[:length]))
		g.data = g.data[length:]
	case reflect.Struct:
		for _, field := range v.Fields() {
			g.fill(field)
		}
	case reflect.Array:
		g.fillElements(v)
	default:
		if g.next()%4 != 0 { // else it stays nil
			g.fillReference(v)
		}
	}
}

func (g *generator) fillReference(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		g.fill(v.Elem())
	case reflect.Slice:
		count := int(g.next() % 6)
		v.Set(reflect.MakeSlice(v.Type(), count, count))
		g.fillElements(v)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range g.next() % 6 {
			key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			g.fill(key)
			g.fill(element)
			v.SetMapIndex(key, element)
		}
	}
}

func (g *generator) fillElements(v reflect.Value) {
	for i := range v.Len() {
		g.fill(v.Index(i))
	}
}
