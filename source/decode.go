package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
)

// Decode makes values of one type of items, as [Parser] makes inputs of a task: of JSON lines and of rows, for
// instance, values of a struct. An error is the last that it gives; it says where the item stands.
func Decode[T any](items iter.Seq2[Item, error]) iter.Seq2[T, error] {
	of := reflect.TypeFor[T]()
	return func(yield func(T, error) bool) {
		decode := decoder(of)
		for item, err := range items {
			var value any
			if err == nil {
				if value, err = decode(item); err != nil {
					err = item.at(err)
				}
			}
			typed, _ := value.(T) // the zero value beside an error, and for a nil of an interface type
			if !yield(typed, err) || err != nil {
				return
			}
		}
	}
}

// decoder gives how an item becomes a value of a type. Its errors do not say where the item stands.
func decoder(to reflect.Type) func(Item) (any, error) {
	set := setter(to)
	var rows rowDecoder
	return func(item Item) (any, error) {
		from := reflect.ValueOf(item.Value)
		if item.Value != nil && from.Type().AssignableTo(to) {
			return item.Value, nil
		}
		value := reflect.New(to).Elem()
		var err error
		switch given := item.Value.(type) {
		case nil:
			err = set(value, item.Text)
		case Row:
			err = rows.set(value, given, set)
		case json.RawMessage:
			err = json.Unmarshal(given, value.Addr().Interface())
		default:
			err = setValue(value, from)
		}
		return value.Interface(), err
	}
}

var errNone = errors.New("it is something else")

// setValue puts what a source gives into a value of another type.
func setValue(to, from reflect.Value) error {
	if from.CanInt() && (to.CanInt() || to.CanUint()) && fits(from.Int(), to.Type()) {
		to.Set(from.Convert(to.Type()))
		return nil
	}
	return viaJSON(to, from.Interface())
}

// viaJSON puts what a source gives into a value whose type reads JSON by itself.
func viaJSON(to reflect.Value, given any) error {
	reads, ok := to.Addr().Interface().(json.Unmarshaler)
	if !ok {
		return errNone
	}
	text, err := json.Marshal(given)
	if err != nil {
		return err
	}
	return reads.UnmarshalJSON(text)
}

// rowDecoder makes values of one type of rows.
type rowDecoder struct {
	structs atomic.Pointer[rowPlan] // of the last columns
}

// set puts a row into a value: a struct gets the fields of the columns that its own are named after, a slice of texts
// the fields in their order, a map those with their columns' names, and anything else the only field there is.
func (d *rowDecoder) set(to reflect.Value, row Row, set func(reflect.Value, string) error) error {
	of := to.Type()
	if _, reads := to.Addr().Interface().(json.Unmarshaler); reads {
		return viaJSON(to, row)
	}
	switch {
	case of.Kind() == reflect.Struct && !readsText(of):
		plan := d.structs.Load()
		if plan == nil || !slices.Equal(plan.columns, row.Columns) {
			var err error
			if plan, err = planRow(of, row.Columns); err != nil {
				return err
			}
			d.structs.Store(plan)
		}
		return plan.set(to, row)
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.String:
		to.Set(reflect.ValueOf(row.Fields).Convert(of))
	case of.Kind() == reflect.Map && of.Key().Kind() == reflect.String && of.Elem().Kind() == reflect.String:
		if row.Columns == nil {
			return errNoNames
		}
		to.Set(reflect.MakeMapWithSize(of, len(row.Fields)))
		for i, text := range row.Fields {
			to.SetMapIndex(reflect.ValueOf(row.Columns[i]).Convert(of.Key()), reflect.ValueOf(text).Convert(of.Elem()))
		}
	case len(row.Fields) != 1:
		return fmt.Errorf("it has %s", count(len(row.Fields), "field"))
	default:
		return set(to, row.Fields[0])
	}
	return nil
}

var errNoNames = errors.New("the columns have no names: read the first row as their header")

// rowPlan says which columns of a row go into which fields of a struct.
type rowPlan struct {
	columns []string
	fields  []plannedField
}

type plannedField struct {
	column int
	index  []int // of the struct's field
	name   string
	set    func(to reflect.Value, text string) error
}

// planRow finds the column of each field of a struct: the one that its tag csv names, or else json, or the one of its
// own name, whatever the case of the letters is.
func planRow(of reflect.Type, columns []string) (*rowPlan, error) {
	if columns == nil {
		return nil, errNoNames
	}
	plan := &rowPlan{columns: columns}
	for _, field := range reflect.VisibleFields(of) {
		name, must := field.Tag.Lookup("csv")
		if !must {
			name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
		}
		if name == "" {
			name = field.Name
		}
		if !field.IsExported() || field.Anonymous && !must || name == "-" {
			continue
		}
		column := slices.Index(columns, name)
		if column < 0 {
			column = slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, name) })
		}
		switch {
		case column >= 0:
			plan.fields = append(plan.fields, plannedField{column, field.Index, columns[column], setter(field.Type)})
		case must:
			return nil, fmt.Errorf("there is no column %s: there are %s", name, strings.Join(columns, ", "))
		}
	}
	if len(plan.fields) == 0 {
		return nil, fmt.Errorf("no column is named as a field of %s is: there are %s", of, strings.Join(columns, ", "))
	}
	return plan, nil
}

// set puts the fields of a row into a struct. An empty one leaves what it goes into at its zero value.
func (p *rowPlan) set(to reflect.Value, row Row) error {
	for _, f := range p.fields {
		text := row.Fields[f.column]
		if text == "" {
			continue
		}
		field, err := to.FieldByIndexErr(f.index)
		if err == nil {
			err = f.set(field, text)
		}
		if err != nil {
			return fmt.Errorf("column %s cannot be %s: %w", f.name, quote(text), err)
		}
	}
	return nil
}
