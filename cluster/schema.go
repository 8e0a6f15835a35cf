package cluster

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"example.com/overlap"
)

// fingerprint names a task as its callers and its workers must agree on it: its name, its version, and the types of its
// input and output field by field. Workers of another build have the same one as long as these are the same.
func fingerprint(t overlap.AnyTask) string {
	in, out := t.Types()
	h := sha256.New()
	fmt.Fprintf(h, "overlap 1\n%q\n%q\n%s\n%s\n", t.Name(), t.Version(), schemaOf(in), schemaOf(out))
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// schemaOf describes a type as far as it matters for its values to be understood.
func schemaOf(t reflect.Type) string {
	var b strings.Builder
	writeSchema(&b, t, map[reflect.Type]bool{})
	return b.String()
}

func writeSchema(b *strings.Builder, t reflect.Type, within map[reflect.Type]bool) {
	switch {
	case within[t]: // a type that contains itself
		b.WriteString(t.String())
		return
	case t.PkgPath() != "" && marshalsItself(t):
		b.WriteString(t.String())
		return
	}
	within[t] = true
	defer delete(within, t)
	switch t.Kind() {
	case reflect.Pointer:
		b.WriteByte('*')
		writeSchema(b, t.Elem(), within)
	case reflect.Slice:
		b.WriteString("[]")
		writeSchema(b, t.Elem(), within)
	case reflect.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		writeSchema(b, t.Elem(), within)
	case reflect.Map:
		b.WriteString("map[")
		writeSchema(b, t.Key(), within)
		b.WriteByte(']')
		writeSchema(b, t.Elem(), within)
	case reflect.Struct:
		b.WriteByte('{')
		for f := range t.Fields() {
			fmt.Fprintf(b, "%s %t ", f.Name, f.Anonymous)
			writeSchema(b, f.Type, within)
			b.WriteByte(';')
		}
		b.WriteByte('}')
	default:
		b.WriteString(t.Kind().String())
	}
}

var marshalers = []reflect.Type{
	reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.TextMarshaler](),
	reflect.TypeFor[json.Marshaler](),
}

func marshalsItself(t reflect.Type) bool {
	for _, m := range marshalers {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return false
}
