package source

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/secret"
)

// Parser gives how an item becomes an input of the task. A text is read by the type's UnmarshalText if it has one;
// strings and bytes stand as they are; numbers and booleans are read as Go writes them, with space around them dropped;
// everything else as JSON. A number becomes the task's type where Go can convert it without a loss, and JSON as
// [json.Unmarshal] does it. A [Row] becomes a struct by the names of its columns, which a tag csv:"name" can say, else
// one of json, else the name of the field itself; an empty field leaves the zero value. It becomes a []string, or a
// map[string]string; or else it must have one field, which is read as a text. An error names the task, the item's
// text, with what may be a password left out, and where it stands.
//
// A type whose JSON needs an explanation can have a method InputDescription() string, which says in errors what a user
// gives. The returned function is safe for concurrent use.
func Parser(task overlap.AnyTask) func(Item) (any, error) {
	in, _ := task.Types()
	decode := decoder(in)
	return func(item Item) (any, error) {
		value, err := decode(item)
		switch {
		case err == nil:
			return value, nil
		case errors.Is(err, errNone):
			return nil, item.at(fmt.Errorf("task %s takes %s, and %v is none", task.Name(), describe(in), item.Value))
		}
		return nil, item.at(fmt.Errorf("task %s takes %s, and %s is none: %w",
			task.Name(), describe(in), quote(secret.Mask(item.String())), err))
	}
}

// at says in an error where the item stands.
func (i Item) at(err error) error {
	switch {
	case i.From == "":
		return err
	case i.Line == 0:
		return fmt.Errorf("%s: %w", i.From, err)
	}
	return fmt.Errorf("%s:%d: %w", i.From, i.Line, err)
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// readsText reports whether a type reads text by itself.
func readsText(of reflect.Type) bool { return reflect.PointerTo(of).Implements(textUnmarshaler) }

// setter gives how a text is put into a value of the type.
func setter(of reflect.Type) func(to reflect.Value, text string) error {
	switch {
	case readsText(of):
		return func(to reflect.Value, text string) error {
			return to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
		}
	case of.Kind() == reflect.Pointer && of.Implements(textUnmarshaler):
		return func(to reflect.Value, text string) error {
			to.Set(reflect.New(of.Elem()))
			return to.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
		}
	case of.Kind() == reflect.String:
		return func(to reflect.Value, text string) error { to.SetString(text); return nil }
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Uint8:
		return func(to reflect.Value, text string) error { to.SetBytes([]byte(text)); return nil }
	}
	zero := reflect.Zero(of)
	switch {
	case zero.CanInt():
		return func(to reflect.Value, text string) error {
			n, err := strconv.ParseInt(strings.TrimSpace(text), 10, of.Bits())
			to.SetInt(n)
			return reason(err)
		}
	case zero.CanUint():
		return func(to reflect.Value, text string) error {
			n, err := strconv.ParseUint(strings.TrimSpace(text), 10, of.Bits())
			to.SetUint(n)
			return reason(err)
		}
	case zero.CanFloat():
		return func(to reflect.Value, text string) error {
			x, err := strconv.ParseFloat(strings.TrimSpace(text), of.Bits())
			to.SetFloat(x)
			return reason(err)
		}
	case of.Kind() == reflect.Bool:
		return func(to reflect.Value, text string) error {
			b, err := strconv.ParseBool(strings.TrimSpace(text))
			to.SetBool(b)
			return reason(err)
		}
	}
	return func(to reflect.Value, text string) error { return json.Unmarshal([]byte(text), to.Addr().Interface()) }
}

// reason is what a strconv error says beyond the text, which stands in the message already.
func reason(err error) error {
	if numbers, ok := errors.AsType[*strconv.NumError](err); ok {
		return numbers.Err
	}
	return err
}

// Describe says what a user gives for an input of the task: "whole numbers (int)".
func Describe(task overlap.AnyTask) string {
	in, _ := task.Types()
	return describe(in)
}

// describe says what a user gives for an input of the type.
func describe(of reflect.Type) string {
	zero := reflect.Zero(of)
	if d, ok := zero.Interface().(interface{ InputDescription() string }); ok {
		return d.InputDescription()
	}
	switch {
	case readsText(of), of.Implements(textUnmarshaler):
		return of.String()
	case zero.CanInt():
		return fmt.Sprintf("whole numbers (%s)", of)
	case zero.CanUint():
		return fmt.Sprintf("whole numbers from 0 (%s)", of)
	case zero.CanFloat():
		return fmt.Sprintf("numbers (%s)", of)
	case of.Kind() == reflect.Bool:
		return "true or false"
	case of.Kind() == reflect.String, of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Uint8:
		return fmt.Sprintf("text (%s)", of)
	}
	return fmt.Sprintf("JSON of a %s", of)
}

// quote shows a text in a message: in quotes, and cut to what fits.
func quote(text string) string { return strconv.Quote(plain.Shorten(text, 60)) }
