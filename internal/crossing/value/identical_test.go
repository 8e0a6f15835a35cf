package value_test

import (
	"math"
	"reflect"
)

// identical is reflect.DeepEqual, except that floating-point numbers must have the same bits: a NaN is identical to
// itself, and 0 is not to -0.
func identical(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || !a.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return sameBits(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		return sameBits(real(a.Complex()), real(b.Complex())) && sameBits(imag(a.Complex()), imag(b.Complex()))
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && identical(a.Elem(), b.Elem())
	case reflect.Slice:
		return a.IsNil() == b.IsNil() && identicalElements(a, b)
	case reflect.Array:
		return identicalElements(a, b)
	case reflect.Map:
		return a.IsNil() == b.IsNil() && identicalPairs(a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			if !identical(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

func identicalElements(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	if a.Type().Elem().Size() == 0 {
		return true // there may be too many to look at, and nothing to see
	}
	for i := range a.Len() {
		if !identical(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

// identicalPairs does not compare the entries under keys with a NaN, which cannot be looked up.
func identicalPairs(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for pairs := a.MapRange(); pairs.Next(); {
		if pairs.Key().Equal(pairs.Key()) && !identical(pairs.Value(), b.MapIndex(pairs.Key())) {
			return false
		}
	}
	return true
}
