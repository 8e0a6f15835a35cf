// Package parse reads inputs from text, in the one way that the command and the processes that measure for it share.
package parse

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/overlap"
	"example.com/overlap/internal/secret"
)

// For gives how text on the command line, or a line of a file, becomes an input of the task: by the type's
// UnmarshalText if it has one; strings and bytes as they stand; numbers and booleans as Go writes them, with space
// around them dropped; everything else as JSON. The returned function is safe for concurrent use.
func For(task overlap.AnyTask) func(text string) (any, error) {
	in, _ := task.Types()
	set := setter(in)
	return func(text string) (any, error) {
		value := reflect.New(in).Elem()
		if err := set(value, text); err != nil {
			return nil, fmt.Errorf("task %s takes %s, and %s is none: %w",
				task.Name(), describe(in), Quote(secret.Mask(text)), err)
		}
		return value.Interface(), nil
	}
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// HasOwn reports whether a type reads text by itself.
func HasOwn(of reflect.Type) bool { return reflect.PointerTo(of).Implements(textUnmarshaler) }

// setter gives how a text is put into a value of the type.
func setter(of reflect.Type) func(to reflect.Value, text string) error {
	switch {
	case reflect.PointerTo(of).Implements(textUnmarshaler):
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

// describe says what a user gives for an input of the type.
func describe(of reflect.Type) string {
	zero := reflect.Zero(of)
	switch {
	case reflect.PointerTo(of).Implements(textUnmarshaler), of.Implements(textUnmarshaler):
		return of.String()
	case zero.CanInt():
		return fmt.Sprintf("whole numbers (%s)", of)
	case zero.CanUint():
		return fmt.Sprintf("whole numbers from 0 (%s)", of)
	case zero.CanFloat():
		return fmt.Sprintf("numbers (%s)", of)
	case of.Kind() == reflect.Bool:
		return "true or false"
	}
	if d, ok := zero.Interface().(interface{ InputDescription() string }); ok {
		return d.InputDescription()
	}
	return fmt.Sprintf("JSON of a %s", of)
}

// Quote shows a text in a message: in quotes, and cut to what fits.
func Quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		return strconv.Quote(string([]rune(text)[:most])) + "…"
	}
	return strconv.Quote(text)
}
