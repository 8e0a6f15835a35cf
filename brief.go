package overlap

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// brief is what fmt's %+v prints of a value, cut to so many characters. Unlike fmt, it looks at no more of the value
// than it prints, so that the message about a large input costs no more than the message about a small one. It
// survives methods that panic, as fmt does.
func brief(value any, most int) string {
	p := &printer{left: most}
	p.operand(value)
	if p.cut {
		return string(p.text) + "…"
	}
	return string(p.text)
}

// printer collects a text up to a length. As an fmt.State, it lets a value's Format method write to it.
type printer struct {
	text []byte
	left int // characters
	cut  bool
}

// Write implements [fmt.State].
func (p *printer) Write(b []byte) (int, error) {
	for at := 0; at < len(b); {
		if p.left == 0 {
			p.cut = true
			break
		}
		_, size := utf8.DecodeRune(b[at:])
		p.text = append(p.text, b[at:at+size]...)
		at += size
		p.left--
	}
	return len(b), nil
}

// Width implements [fmt.State].
func (*printer) Width() (int, bool) { return 0, false }

// Precision implements [fmt.State].
func (*printer) Precision() (int, bool) { return 0, false }

// Flag implements [fmt.State].
func (*printer) Flag(c int) bool { return c == '+' }

func (p *printer) add(s string) { _, _ = p.Write([]byte(s[:min(len(s), utf8.UTFMax*(p.left+1))])) }

// operand prints a value as it was given, with its own method for that if it has one.
func (p *printer) operand(value any) {
	if v := reflect.ValueOf(value); !v.IsValid() {
		p.add("<nil>")
	} else if !p.method(v) {
		p.value(v, 0)
	}
}

// method lets a value print itself. It reports false when it has no method for that.
func (p *printer) method(v reflect.Value) (printed bool) {
	if !v.CanInterface() {
		return false
	}
	var what string
	defer func() {
		switch r := recover(); {
		case r == nil:
		case v.Kind() == reflect.Pointer && v.IsNil():
			p.add("<nil>")
		default:
			p.add(fmt.Sprintf("%%!v(PANIC=%s method: %s)", what, brief(r, p.left)))
		}
	}()
	printed = true
	switch value := v.Interface().(type) {
	case fmt.Formatter:
		what = "Format"
		value.Format(p, 'v')
	case error:
		what = "Error"
		p.add(value.Error())
	case fmt.Stringer:
		what = "String"
		p.add(value.String())
	default:
		printed = false
	}
	return printed
}

// deepest is how far brief follows values into values: a slice can contain itself.
const deepest = 100

func (p *printer) value(v reflect.Value, depth int) {
	if p.cut || depth > deepest {
		p.cut = true
		return
	}
	if depth > 0 && v.IsValid() && p.method(v) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		p.add(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.add(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.add(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32:
		p.add(fmt.Sprint(float32(v.Float())))
	case reflect.Float64:
		p.add(fmt.Sprint(v.Float()))
	case reflect.Complex64:
		p.add(fmt.Sprint(complex64(v.Complex())))
	case reflect.Complex128:
		p.add(fmt.Sprint(v.Complex()))
	case reflect.String:
		p.add(v.String())
	case reflect.Array, reflect.Slice:
		p.list("[", "]", v.Len(), func(i int) { p.value(v.Index(i), depth+1) })
	case reflect.Struct:
		p.list("{", "}", v.NumField(), func(i int) {
			p.add(v.Type().Field(i).Name + ":")
			p.value(v.Field(i), depth+1)
		})
	case reflect.Map:
		p.entries(v, depth)
	case reflect.Interface:
		if v.IsNil() {
			p.add("<nil>")
		} else {
			p.value(v.Elem(), depth+1)
		}
	case reflect.Pointer:
		p.pointer(v, depth)
	default: // channels, functions, unsafe pointers
		p.address(v)
	}
}

func (p *printer) list(begin, end string, n int, each func(int)) {
	p.add(begin)
	for i := 0; i < n && !p.cut; i++ {
		if i > 0 {
			p.add(" ")
		}
		each(i)
	}
	p.add(end)
}

func (p *printer) pointer(v reflect.Value, depth int) {
	if depth == 0 && !v.IsNil() {
		switch e := v.Elem(); e.Kind() {
		case reflect.Array, reflect.Slice, reflect.Struct, reflect.Map:
			p.add("&")
			p.value(e, depth+1)
			return
		}
	}
	p.address(v)
}

func (p *printer) address(v reflect.Value) {
	if v.IsNil() {
		p.add("<nil>")
	} else {
		p.add("0x" + strconv.FormatUint(uint64(v.Pointer()), 16))
	}
}

// entries prints a map in the order of its keys, unless there are so many that they do not fit anyway.
func (p *printer) entries(v reflect.Value, depth int) {
	const most = 1000
	keys := make([]reflect.Value, 0, min(v.Len(), most))
	for each := v.MapRange(); len(keys) < most && each.Next(); {
		keys = append(keys, each.Key())
	}
	slices.SortStableFunc(keys, compareKeys)
	p.add("map")
	p.list("[", "]", len(keys), func(i int) {
		p.value(keys[i], depth+1)
		p.add(":")
		p.value(v.MapIndex(keys[i]), depth+1)
	})
}

// compareKeys orders numbers and strings; other keys stay as they come.
func compareKeys(a, b reflect.Value) int {
	switch {
	case a.Kind() != b.Kind():
		return cmp.Compare(a.Kind(), b.Kind())
	case a.Kind() == reflect.Interface:
		return compareKeys(a.Elem(), b.Elem())
	case a.Kind() == reflect.String:
		return cmp.Compare(a.String(), b.String())
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return 0
}
