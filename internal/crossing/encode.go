package crossing

import (
	"encoding/binary"
	"fmt"
	"reflect"
)

// An error crosses as the tree that it is. A node of it is an error value that both sides know by a name, an error of a
// type that both know, with its fields, or any other error, of which a *RemoteError arrives.
const (
	nodeValue  = iota + 1 // name
	nodeTyped             // name, text, fields
	nodeRemote            // traits, wait, type, text, claims, and what it wraps
	nodePanic             // text: what was given to panic, and was no error
)

const (
	deepestError = 32       // levels of a tree
	mostErrors   = 300      // nodes of a tree; the text says the rest
	mostTree     = 16 << 20 // bytes of a tree, about
)

// encoder encodes one tree.
type encoder struct {
	b        []byte
	known    *index
	nodes    int
	panicked bool
}

func (e *encoder) text(text string) { e.b = appendText(e.b, text) }

func (e *encoder) number(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)) }

// node encodes an error that is not nil. The error's methods may panic.
func (e *encoder) node(err error, depth int) {
	e.nodes++
	if said, ok := err.(panicValue); ok {
		e.b = append(e.b, nodePanic)
		e.text(said.text)
		return
	}
	if name, ok := e.known.nameOf(err); ok {
		e.b = append(e.b, nodeValue)
		e.text(name)
		return
	}
	start := len(e.b)
	if depth < deepestError && e.typed(err, depth) {
		return
	}
	e.b = e.b[:start]
	e.remote(err, depth)
}

// typed encodes an error of a known type, if it is one and its fields cross.
func (e *encoder) typed(err error, depth int) bool {
	t := reflect.TypeOf(err)
	of, ok := e.known.types[t]
	if !ok || t.Kind() == reflect.Pointer && reflect.ValueOf(err).IsNil() {
		return false
	}
	text, said := "", false
	guarded(func() { text, said = err.Error(), true })
	if !said {
		return false
	}
	e.b = append(e.b, nodeTyped)
	e.text(of.name)
	e.text(text)
	held := reflect.New(t).Elem() // whose fields can be addressed
	held.Set(reflect.ValueOf(err))
	crossed := false
	guarded(func() { crossed = of.plan().append(e, held, depth) == nil })
	return crossed
}

// remote encodes any error.
func (e *encoder) remote(err error, depth int) {
	t, wait := traitsOf(err, e.panicked)
	of, text, said := fmt.Sprintf("%T", err), "", false
	guarded(func() { text, said = err.Error(), true })
	if !said {
		text = fmt.Sprint(err) // says that its Error method panics, or that it is nil
	}
	if from, ok := err.(remote); ok { // of a worker of this process
		of, text = from.remote().Type, from.remote().Error()
	}
	var one error
	var several []error
	if depth < deepestError && e.nodes < mostErrors && len(e.b) < mostTree {
		guarded(func() {
			switch w := err.(type) {
			case interface{ Unwrap() error }:
				one = w.Unwrap()
			case interface{ Unwrap() []error }:
				for _, inner := range w.Unwrap() {
					if inner != nil && len(several) < mostErrors {
						several = append(several, inner)
					}
				}
			}
		})
	}
	if one != nil {
		t |= wrapsOne
	} else if several != nil {
		t |= wrapsSeveral
	}
	e.b = append(e.b, nodeRemote, byte(t))
	e.b = binary.AppendVarint(e.b, int64(wait))
	e.text(of)
	e.text(text)
	var claims []error
	if depth < deepestError && e.nodes < mostErrors {
		claims = e.known.claims(err)
	}
	e.number(len(claims))
	for _, claim := range claims {
		e.node(claim, depth+1)
	}
	if one != nil {
		e.node(one, depth+1)
	} else if several != nil {
		e.number(len(several))
		for _, inner := range several {
			e.node(inner, depth+1)
		}
	}
}

// claims are the known errors that an error's own methods say it is. errors.Is and errors.As ask those, too.
func (k *index) claims(err error) (claims []error) {
	if from, ok := err.(remote); ok {
		return from.remote().claims
	}
	if is, ok := err.(interface{ Is(error) bool }); ok {
		for _, value := range k.inOrder {
			guarded(func() {
				if is.Is(value) {
					claims = append(claims, value)
				}
			})
		}
	}
	if as, ok := err.(interface{ As(any) bool }); ok {
		for t := range k.types {
			guarded(func() {
				target := reflect.New(t)
				if as.As(target.Interface()) && !target.Elem().IsZero() {
					claims = append(claims, target.Elem().Interface().(error))
				}
			})
		}
	}
	return claims
}
