package compare

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"reflect"
	"slices"
	"time"
	"unsafe"

	"example.com/overlap"
)

// answerer is a value that knows which part of it is the answer: the rest, times measured or the address of whoever
// answered, may differ from run to run.
type answerer interface{ Answer() any }

// hashAnswers is the SHA-256, in hex, of what a job's calls gave, in the order of their inputs: the value of a call
// that succeeded, and only the outcome of one in failed. See [Measurement].Answers for what it covers.
func hashAnswers(values []any, failed map[int]overlap.Outcome) string {
	w := answerHash{sum: sha256.New()}
	for index, value := range values {
		w.number(uint64(index))
		outcome, isFailed := failed[index]
		if isFailed {
			w.tag(byte(outcome))
			continue
		}
		w.tag(byte(overlap.Succeeded))
		if a, ok := value.(answerer); ok {
			value = a.Answer()
		}
		w.value(reflect.ValueOf(value))
	}
	w.flush()
	return hex.EncodeToString(w.sum.Sum(nil))
}

// answerHash writes values in a form in which two are the same bytes only if they are equal: each starts with its kind,
// and everything of variable length with its length.
type answerHash struct {
	sum     hash.Hash
	pending []byte            // not in sum yet, so that small writes are cheap
	within  map[reference]int // the pointers, maps and slices that the current value is inside of, for cycles
}

// reference is what can lead back to a value that is being hashed already.
type reference struct {
	at  unsafe.Pointer
	len int
	of  reflect.Type
}

func (w *answerHash) tag(t byte)      { w.pending = append(w.pending, t) }
func (w *answerHash) number(n uint64) { w.pending = binary.LittleEndian.AppendUint64(w.pending, n) }
func (w *answerHash) flush()          { w.sum.Write(w.pending); w.pending = w.pending[:0] }

func (w *answerHash) bytes(b []byte) {
	w.flush()
	w.sum.Write(b)
}

var timeType = reflect.TypeFor[time.Time]()

func (w *answerHash) value(v reflect.Value) {
	if len(w.pending) > 4096 {
		w.flush()
	}
	w.tag(byte(v.Kind()))
	switch kind := v.Kind(); kind {
	case reflect.Invalid: // a nil any
	case reflect.Bool:
		if v.Bool() {
			w.tag(1)
		} else {
			w.tag(0)
		}
	case reflect.String:
		w.number(uint64(v.Len()))
		w.pending = append(w.pending, v.String()...)
	case reflect.Struct:
		if v.Type() == timeType && v.CanInterface() {
			w.time(v.Interface().(time.Time))
			return
		}
		w.number(uint64(v.NumField()))
		for _, field := range v.Fields() {
			w.value(field)
		}
	case reflect.Array:
		w.number(uint64(v.Len()))
		w.elements(v)
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		w.reference(v)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			w.tag(0)
		} else {
			w.tag(1)
		}
	case reflect.Complex64, reflect.Complex128:
		w.number(math.Float64bits(real(v.Complex())))
		w.number(math.Float64bits(imag(v.Complex())))
	case reflect.Float32, reflect.Float64:
		w.number(math.Float64bits(v.Float()))
	default:
		if v.CanInt() {
			w.number(uint64(v.Int()))
		} else {
			w.number(v.Uint())
		}
	}
}

// time writes an instant: its zone and the monotonic reading that time.Now adds say nothing of which instant it is.
func (w *answerHash) time(t time.Time) {
	w.number(uint64(t.Unix()))
	w.number(uint64(t.Nanosecond()))
}

// reference writes what may be nil, and may lead back to itself.
func (w *answerHash) reference(v reflect.Value) {
	if v.IsNil() {
		w.tag(0)
		return
	}
	w.tag(1)
	if v.Kind() == reflect.Interface {
		w.value(v.Elem())
		return
	}
	to := reference{at: v.UnsafePointer(), of: v.Type()}
	if v.Kind() == reflect.Slice {
		to.len = v.Len()
		w.number(uint64(v.Len()))
		if kind := v.Type().Elem().Kind(); isNumber(kind) {
			w.tag(byte(kind))
			// The numbers as they lie in memory: a walk over 15 million of them would take longer than computing them.
			w.bytes(unsafe.Slice((*byte)(to.at), v.Len()*int(v.Type().Elem().Size())))
			return
		}
	}
	if depth, cycle := w.within[to]; cycle {
		w.number(uint64(depth))
		return
	}
	if w.within == nil {
		w.within = map[reference]int{}
	}
	w.within[to] = len(w.within)
	defer delete(w.within, to)
	switch v.Kind() {
	case reflect.Pointer:
		w.value(v.Elem())
	case reflect.Slice:
		w.elements(v)
	case reflect.Map:
		w.entries(v)
	}
}

func (w *answerHash) elements(v reflect.Value) {
	for i := range v.Len() {
		w.value(v.Index(i))
	}
}

// entries writes a map's, each as a hash of its own and in the order of these: a map has no order.
func (w *answerHash) entries(v reflect.Value) {
	sums := make([][]byte, 0, v.Len())
	for entry := v.MapRange(); entry.Next(); {
		one := answerHash{sum: sha256.New(), within: w.within}
		one.value(entry.Key())
		one.value(entry.Value())
		one.flush()
		sums = append(sums, one.sum.Sum(nil))
	}
	slices.SortFunc(sums, bytes.Compare)
	w.number(uint64(len(sums)))
	for _, sum := range sums {
		w.bytes(sum)
	}
}

func isNumber(k reflect.Kind) bool {
	return reflect.Int <= k && k <= reflect.Float64 && k != reflect.Uintptr
}
