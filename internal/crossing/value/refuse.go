package value

import (
	"fmt"
	"reflect"
)

// root begins the path of a field: the name of the type it is in.
func root(t reflect.Type) string {
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	switch {
	case t.Name() != "" || t.Kind() == reflect.Chan || t.Kind() == reflect.Func || t.Kind() == reflect.Interface:
		return t.String()
	}
	return "(" + t.String() + ")"
}

// refuse is the error for a type that cannot cross, found at path in the type that For was asked for. The reason says
// what to do, if there is anything.
func refuse(t reflect.Type, path, reason string) error {
	if path == t.String() {
		return fmt.Errorf("%s cannot cross to another process%s", path, reason)
	}
	return fmt.Errorf("%s: %v cannot cross to another process%s", path, t, reason)
}

// refuseKind is the error for a type of a kind that no process but its own can do anything with.
func refuseKind(t reflect.Type, path string) error {
	reason := ""
	if t.Kind() == reflect.Interface {
		reason = ": an interface does not say which type to decode, use a concrete type"
	}
	return refuse(t, path, reason)
}

// refuseField is the error for an unexported field of the struct at path: leaving it out would change the value.
func refuseField(path, name string) error {
	return fmt.Errorf("%s.%s: an unexported field cannot cross to another process:"+
		" export it, or use a type with MarshalBinary and UnmarshalBinary methods", path, name)
}

// refuseKey is the error for a map t at path whose keys differ by the address of what they point to.
func refuseKey(t reflect.Type, path string) error {
	return fmt.Errorf("%s: %v cannot cross to another process: its keys hold pointers,"+
		" which would be others there", path, t)
}
