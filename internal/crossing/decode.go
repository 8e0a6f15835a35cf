package crossing

import (
	"encoding/binary"
	"reflect"
	"time"
)

// decoder decodes one tree, from a worker that may write anything.
type decoder struct {
	b     []byte
	known *index
	bad   bool
}

// fail ends the decoding.
func (d *decoder) fail() {
	d.bad, d.b = true, nil
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	b := d.b[0]
	d.b = d.b[1:]
	return b
}

// number is a count of what follows, of which each has a byte at least.
func (d *decoder) number() int {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > uint64(len(d.b)-size) {
		d.fail()
		return 0
	}
	d.b = d.b[size:]
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.number()
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

// node decodes an error; nil if that fails.
func (d *decoder) node(depth int) error {
	if depth > deepestError+2 {
		d.fail()
	}
	var err error
	switch kind := d.byte(); {
	case d.bad:
	case kind == nodePanic && depth == 0:
		err = panicValue{d.text()}
	case kind == nodeValue:
		err = d.known.values[d.text()]
	case kind == nodeTyped:
		err = d.typed(depth)
	case kind == nodeRemote:
		err = d.remote(depth)
	}
	if err == nil || d.bad {
		d.fail()
		return nil
	}
	return err
}

// typed decodes an error of a known type. One whose text has become another comes within an error that has the text.
func (d *decoder) typed(depth int) error {
	of, ok := d.known.byName[d.text()]
	text := d.text()
	if !ok {
		return nil
	}
	held := reflect.New(of.t).Elem()
	decoded := false
	guarded(func() { decoded = of.plan().decode(d, held, depth) == nil })
	if !decoded || of.t.Kind() == reflect.Pointer && held.IsNil() {
		return nil
	}
	err := held.Interface().(error)
	same := false
	guarded(func() { same = err.Error() == text })
	if same {
		return err
	}
	t, wait := traitsOf(err, false)
	return (&RemoteError{Type: of.t.String(), Text: text, wrapped: err, retryAfter: wait}).with(t, nil)
}

func (d *decoder) remote(depth int) error {
	t := traits(d.byte())
	wait, n := binary.Varint(d.b)
	if n <= 0 {
		return nil
	}
	d.b = d.b[n:]
	e := &RemoteError{retryAfter: time.Duration(wait), Type: d.text(), Text: d.text()}
	for range d.number() {
		claim := d.node(depth + 1)
		if d.bad {
			return nil
		}
		e.claims = append(e.claims, claim)
	}
	var all []error
	switch {
	case t&wrapsOne != 0:
		e.wrapped = d.node(depth + 1)
	case t&wrapsSeveral != 0:
		for range d.number() {
			inner := d.node(depth + 1)
			if d.bad {
				return nil
			}
			all = append(all, inner)
		}
	}
	return e.with(t, all)
}
