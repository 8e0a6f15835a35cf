package overlap_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap"
)

type definedError struct{ parts []string }

func (e definedError) Error() string { return fmt.Sprint(e.parts) }

type otherDefinedError int

func (e otherDefinedError) Error() string { return "" }

func TestDefinedErrorsAreFoundInOrder(t *testing.T) {
	before := len(overlap.DefinedErrors())
	value := errors.New("a value")
	overlap.DefineError("test/value", value)
	overlap.DefineErrorType[definedError]("test/type")
	got := overlap.DefinedErrors()[before:]
	want := []overlap.ErrorDefinition{{Name: "test/value", Value: value}, {Name: "test/type", Type: reflect.TypeFor[definedError]()}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, misuse := range map[string]func(){
		"no name":        func() { overlap.DefineError("", errors.New("x")) },
		"no error":       func() { overlap.DefineError("test/nil", nil) },
		"not comparable": func() { overlap.DefineError("test/parts", definedError{}) },
		"taken name":     func() { overlap.DefineError("test/value", errors.New("x")) },
		"taken by type":  func() { overlap.DefineError("test/type", errors.New("x")) },
		"same value":     func() { overlap.DefineError("test/again", value) },
		"type, no name":  func() { overlap.DefineErrorType[otherDefinedError]("") },
		"type, taken":    func() { overlap.DefineErrorType[otherDefinedError]("test/value") },
		"same type":      func() { overlap.DefineErrorType[definedError]("test/again") },
		"interface":      func() { overlap.DefineErrorType[error]("test/error") },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "overlap: DefineError") {
					t.Errorf("%s: got the panic %q", name, said)
				}
			}()
			misuse()
		}()
	}
}
