// Package traceevents writes trace events in the JSON format that Perfetto (ui.perfetto.dev) and chrome://tracing open,
// one by one, so that a trace of any length takes little memory.
package traceevents

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"

	"example.com/overlap/internal/plain"
)

// Writer writes one trace. It is used by one goroutine at a time. After an error it writes nothing more.
type Writer struct {
	to    *bufio.Writer
	line  bytes.Buffer
	begun bool
	err   error
}

// NewWriter begins a trace. Nothing is written before the first event or [Writer.End].
func NewWriter(to io.Writer) *Writer { return &Writer{to: bufio.NewWriterSize(to, 1<<16)} }

// Span is something that takes a while. Spans of one row must not overlap.
type Span struct {
	Group    int // shown together, from 1: see [Writer.NameGroup]
	Row      int // of the group, from 1
	Name     string
	Category string
	Failed   bool // drawn in another colour
	Start    time.Duration
	Length   time.Duration
	Args     any // shown when it is selected: a struct or a map
}

// event is one of the format. Times are in microseconds.
type event struct {
	Name     string   `json:"name"`
	Phase    string   `json:"ph"`
	Process  int      `json:"pid"`
	Thread   int      `json:"tid"`
	Start    *float64 `json:"ts,omitempty"`
	Length   *float64 `json:"dur,omitempty"`
	Category string   `json:"cat,omitempty"`
	Colour   string   `json:"cname,omitempty"`
	Args     any      `json:"args,omitempty"`
}

// NameGroup names a group of rows, which are shown in the order of their numbers.
func (w *Writer) NameGroup(group int, name string) {
	w.write(event{Name: "process_name", Phase: "M", Process: group, Args: map[string]string{"name": name}})
	w.write(event{Name: "process_sort_index", Phase: "M", Process: group, Args: map[string]int{"sort_index": group}})
}

// NameRow names a row of a group.
func (w *Writer) NameRow(group, row int, name string) {
	w.write(event{Name: "thread_name", Phase: "M", Process: group, Thread: row, Args: map[string]string{"name": name}})
}

// Span writes a span.
func (w *Writer) Span(s Span) {
	e := event{
		Name: s.Name, Phase: "X", Process: s.Group, Thread: s.Row, Category: s.Category, Args: s.Args,
		Start: new(microseconds(s.Start)), Length: new(microseconds(s.Length)),
	}
	if s.Failed {
		e.Colour = "terrible"
	}
	w.write(e)
}

// Figure writes what a figure of a group comes to from a time on.
func (w *Writer) Figure(group int, name string, at time.Duration, value float64) {
	w.write(event{
		Name: name, Phase: "C", Process: group, Start: new(microseconds(at)), Args: map[string]float64{"value": value},
	})
}

// microseconds is a time as the format has it. Perfetto multiplies it by 1,000 and cuts off what is less than a nanosecond,
// by which one in 160 times would be a nanosecond too early, and its span be dropped since it overlaps the one before. So a
// quarter of a nanosecond is added to what is no whole number.
func microseconds(d time.Duration) float64 {
	if d%1000 == 0 {
		return float64(d / 1000)
	}
	return (float64(d) + 0.25) / 1000
}

func (w *Writer) write(e event) {
	text, err := json.Marshal(e)
	if err != nil && w.err == nil {
		w.err = err
	}
	separator := ",\n"
	if !w.begun {
		separator, w.begun = head, true
	}
	w.line.Reset()
	plain.JSON(&w.line, text)
	if w.err == nil {
		_, w.err = w.to.WriteString(separator)
	}
	if w.err == nil {
		_, w.err = w.to.Write(w.line.Bytes())
	}
}

const (
	head = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
	tail = "\n]}\n"
)

// End completes the trace and returns the first error. What it is written to stays open.
func (w *Writer) End() error {
	text := tail
	if !w.begun {
		text = head + tail
	}
	if w.err == nil {
		_, w.err = w.to.WriteString(text)
	}
	if w.err == nil {
		w.err = w.to.Flush()
	}
	return w.err
}
