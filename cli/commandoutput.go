package cli

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/tasks/command"
)

// commandOutput prints what commands print, one after another.
type commandOutput struct {
	printer *command.Printer

	mu  sync.Mutex
	err error // the first of printing
}

// add implements resultWriter.
func (o *commandOutput) add(
	r overlap.Result[any, any], _ []byte,
) (outcome overlap.Outcome, failure, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer closeOutputs(r)
	failure = resultline.Reason(r.Err)
	value, ok := r.Value.(command.Value)
	if failure != nil {
		var failed *command.Value
		if failed, ok = valueOf(failure); ok {
			value = *failed
		}
	}
	if ok {
		if o.err == nil {
			o.err = o.printer.Print(command.Input{Tag: command.Text(tagOf(r.Input))}, &value)
		}
	}
	if o.printer.KeepOrder {
		_ = o.printer.Ended(int64(r.Index) + 1)
	}
	if err := o.printer.Err(); err != nil && o.err == nil { // lines could not be printed, which has ended the command
		o.err, failure = err, nil
	}
	return r.Outcome, failure, o.err
}

// flush implements resultWriter.
func (o *commandOutput) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// closeOutputs gives back the files that have what a command printed, in all of its attempts.
func closeOutputs(r overlap.Result[any, any]) {
	if value, ok := r.Value.(command.Value); ok {
		value.Close()
	}
	if failed, ok := valueOf(r.Err); ok {
		failed.Close()
	}
	for _, attempt := range r.Earlier {
		if failed, ok := valueOf(attempt.Err); ok {
			failed.Close()
		}
	}
}

// valueOf is what a command did that failed.
func valueOf(failure error) (*command.Value, bool) {
	failed, ok := errors.AsType[*command.Error](failure)
	if !ok || failed.Value == nil {
		return nil, false
	}
	return failed.Value, true
}

// tagOf is what begins the lines that were printed for an input.
func tagOf(input any) string {
	several, ok := input.([]any)
	if !ok {
		return fmt.Sprint(input)
	}
	var texts []string
	for _, one := range several {
		texts = append(texts, fmt.Sprint(one))
	}
	return strings.Join(texts, " ")
}
