package overlap

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// ErrorDefinition is an error value or an error type that has a name, by which another process finds it.
type ErrorDefinition struct {
	Name  string
	Value error        // of [DefineError]; nil for a type
	Type  reflect.Type // of [DefineErrorType]; nil for a value
}

var definedErrors struct {
	sync.RWMutex
	all []ErrorDefinition // only ever grows
}

// DefineError gives an error value a name, so that a task's error which is the value, or wraps it, still is or does
// when the call ran in another process: errors.Is says the same under every executor. Call it while the package is
// initialised, so that the process that runs the call knows the name as well:
//
//	var ErrNoFunds = errors.New("no funds")
//
//	func init() { overlap.DefineError("bank/no funds", ErrNoFunds) }
//
// The values of the standard library's packages io, io/fs, os, os/exec, context, net, strconv, bufio, database/sql and
// some others are known already; those of net/http are not. Executors in this process need no definition.
//
// DefineError panics when the name is empty or taken, or when the value is nil, cannot be compared, or has a name
// already. Safe for concurrent use.
func DefineError(name string, sentinel error) {
	if sentinel == nil || !reflect.ValueOf(sentinel).Comparable() {
		panic(fmt.Sprintf("overlap: DefineError %q: the error is nil or cannot be compared: use DefineErrorType", name))
	}
	defineError("DefineError", ErrorDefinition{Name: name, Value: sentinel})
}

// DefineErrorType gives a type of errors a name, so that errors.As finds an error of the type when the call ran in
// another process, with the same fields. E is the type that tasks return, with its star if it is a pointer. Call it
// while the package is initialised:
//
//	func init() { overlap.DefineErrorType[*QuotaError]("bank/quota") }
//
// All fields cross, exported or not: numbers, strings, slices, maps and structs of these, errors, and what the type's
// own MarshalBinary or MarshalText gives. What a field of type any holds becomes its text, unless it is an error. An
// error with a function, a channel or another interface in it that is not nil crosses by its text alone, and so does
// one whose text would be another. The types of errors of the standard library's packages io/fs, os, os/exec, net,
// net/url, strconv, encoding/json and some others are known already, and so are those of this module.
//
// DefineErrorType panics when the name is empty or taken, E is an interface, or E has a name already. Safe for
// concurrent use.
func DefineErrorType[E error](name string) {
	t := reflect.TypeFor[E]()
	if t.Kind() == reflect.Interface {
		panic(fmt.Sprintf("overlap: DefineErrorType %q: %v is an interface: name the type of the errors", name, t))
	}
	defineError("DefineErrorType", ErrorDefinition{Name: name, Type: t})
}

func defineError(function string, d ErrorDefinition) {
	if d.Name == "" {
		panic("overlap: " + function + ": an error needs a name")
	}
	definedErrors.Lock()
	defer definedErrors.Unlock()
	for _, other := range definedErrors.all {
		switch {
		case other.Name == d.Name:
			panic(fmt.Sprintf("overlap: %s %q: there is an error of this name already", function, d.Name))
		case d.Value != nil && other.Value == d.Value, d.Type != nil && other.Type == d.Type:
			panic(fmt.Sprintf("overlap: %s %q: the error has the name %q already", function, d.Name, other.Name))
		}
	}
	definedErrors.all = append(definedErrors.all, d)
}

// DefinedErrors returns all that has been defined with [DefineError] and [DefineErrorType], in that order. It is for
// executors that run calls in other processes. Safe for concurrent use; it costs no allocation.
func DefinedErrors() []ErrorDefinition {
	definedErrors.RLock()
	defer definedErrors.RUnlock()
	return slices.Clip(definedErrors.all)
}
