package jsonlines

import (
	"bytes"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// replaced is what encoding/json writes for bytes of a string that are not UTF-8. A string that has the character
// itself is written as it is, so this tells the two apart, but for types that write their own JSON.
var replaced = []byte(`\ufffd`)

// changed says which string of a value encoding/json has changed, since it was not UTF-8; "" if none.
func changed(text []byte, v reflect.Value) string {
	if !bytes.Contains(text, replaced) {
		return ""
	}
	return notUTF8(v, v.Type().String())
}

func notUTF8(v reflect.Value, path string) string {
	if t := v.Type(); t.Implements(jsonMarshaler) || t.Implements(textMarshaler) ||
		v.CanAddr() && (reflect.PointerTo(t).Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(textMarshaler)) {
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return path
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return notUTF8(v.Elem(), path)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if at := notUTF8(v.Index(i), fmt.Sprintf("%s[%d]", path, i)); at != "" {
				return at
			}
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			name := fmt.Sprintf("%s[%q]", path, fmt.Sprint(key))
			if notUTF8(key, path) != "" || notUTF8(value, path) != "" {
				return name
			}
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.Tag.Get("json") == "-" || !field.IsExported() && !field.Anonymous {
				continue
			}
			if at := notUTF8(value, path+"."+field.Name); at != "" {
				return at
			}
		}
	}
	return ""
}
