package value

import (
	"reflect"
	"unsafe"
)

// A field is a field of a struct that crosses.
type field struct {
	offset uintptr
	plan   *plan
}

// structure makes p the plan for a struct: an array of its fields.
func (c *compiler) structure(p *plan, t reflect.Type, path string) error {
	var fields []field
	least := 1
	for f := range t.Fields() {
		if f.Name == "_" {
			continue // nobody can set it
		}
		if !f.IsExported() && !promotes(f) {
			return refuseField(path, f.Name)
		}
		fieldPlan, err := c.plan(f.Type, path+"."+f.Name)
		if err != nil {
			return err
		}
		fields = append(fields, field{offset: f.Offset, plan: fieldPlan})
		least += fieldPlan.least
		p.pointers = p.pointers || fieldPlan.pointers
	}
	p.least = least
	p.fields(fields)
	return nil
}

// promotes says that the field embeds a struct, whose exported fields are then fields of the outer struct, even when
// the name of the embedded type is not exported.
func promotes(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t.Kind() == reflect.Struct
}

func (p *plan) fields(fields []field) {
	p.append = func(dst []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		dst = appendHead(dst, arrayItem, uint64(len(fields)))
		for i := range fields {
			var err error
			if dst, err = fields[i].plan.append(dst, unsafe.Add(value, fields[i].offset), levels); err != nil {
				return dst, err
			}
		}
		return dst, nil
	}
	p.decode = func(src []byte, value unsafe.Pointer, levels int) ([]byte, error) {
		src, err := expectCount(src, len(fields))
		if err != nil {
			return src, err
		}
		for i := range fields {
			if src, err = fields[i].plan.decode(src, unsafe.Add(value, fields[i].offset), levels); err != nil {
				return src, err
			}
		}
		return src, nil
	}
}
