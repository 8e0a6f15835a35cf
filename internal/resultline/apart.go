package resultline

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"strconv"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
)

// large is a value whose JSON may be too long to be in memory.
type large interface {
	IsLarge() bool                // WriteJSON is to be used
	WriteJSON(to io.Writer) error // in pieces
}

// Keeper takes lines of results: a [example.com/overlap/durable.Run].
type Keeper interface {
	Add(index int, object []byte, isFailure bool) error
	// AddFrom takes a line in pieces. It returns an error of object's own as it is, and then has nothing of the line.
	AddFrom(index int, object io.WriterTo, isFailure bool) error
}

// Keep makes the line of a call, as Result does, and hands it over: in pieces, if there is a large value in it. When one
// cannot be read then, the line has none, and a call that had succeeded has failed.
func (e *Encoder) Keep(
	to Keeper, call overlap.Result[any, any], inputRaw []byte, failedValue any,
) (outcome overlap.Outcome, reason, err error) {
	values := &apart{}
	e.apart = values
	line, outcome, reason := e.Result(call, inputRaw, failedValue)
	e.apart = nil
	if values.all == nil {
		defer e.Release()
		return outcome, reason, to.Add(call.Index, line, reason != nil)
	}
	values.line = line
	err = to.AddFrom(call.Index, values, reason != nil)
	if values.failure == nil {
		return outcome, reason, err
	}
	if call.Earlier = nil; call.Err == nil {
		call.Outcome, call.Err = overlap.Failed, fmt.Errorf("its value cannot be read: %w", values.failure)
	}
	line, outcome, reason = e.Result(call, inputRaw, nil)
	return outcome, reason, to.Add(call.Index, line, true)
}

// apart has large values apart from their line, where marks stand for them.
type apart struct {
	mark    string // no input, output or error has it, for it is random
	all     []large
	line    []byte
	failure error // of a value that could not be read
}

// take returns what stands in the line for a value: the value, unless it is large.
func (a *apart) take(value any) any {
	v, ok := value.(large)
	if a == nil || !ok || !v.IsLarge() {
		return value
	}
	if a.mark == "" {
		a.mark = rand.Text()
	}
	a.all = append(a.all, v)
	return fmt.Sprint(a.mark, len(a.all)-1)
}

// WriteTo implements [io.WriterTo].
func (a *apart) WriteTo(to io.Writer) (n int64, err error) {
	out := &passing{to: to}
	rest := a.line
	for {
		before, after, isMarked := bytes.Cut(rest, []byte(`"`+a.mark))
		if _, err := out.Write(before); err != nil || !isMarked {
			return out.n, err
		}
		var number []byte
		number, rest, _ = bytes.Cut(after, []byte(`"`))
		which, _ := strconv.Atoi(string(number)) // as take wrote it
		text := plain.JSONWriter(out)
		err := a.all[which].WriteJSON(text)
		if err == nil {
			err = text.Close()
		}
		if err != nil {
			if !out.failed {
				a.failure = err
			}
			return out.n, err
		}
	}
}

// passing passes on what is written, and notes whether that failed.
type passing struct {
	to     io.Writer
	n      int64
	failed bool
}

// Write implements [io.Writer].
func (p *passing) Write(b []byte) (int, error) {
	n, err := p.to.Write(b)
	p.n += int64(n)
	p.failed = p.failed || err != nil
	return n, err
}
