// Package tracecheck sees to it, in tests, that trace events are what Perfetto takes. Its rules are those of the trace event
// format and those of Perfetto's importer, which drops what breaks them without a word in the picture.
package tracecheck

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// event is one of a trace.
type event struct {
	Name     *string
	Phase    string `json:"ph"`
	Process  *json.Number
	Thread   *json.Number
	Start    *float64 `json:"ts"`
	Length   *float64 `json:"dur"`
	Category *string  `json:"cat"`
	Colour   *string  `json:"cname"`
	Args     map[string]any
}

// UnmarshalJSON keeps the numbers of process and thread as they stand.
func (e *event) UnmarshalJSON(text []byte) error {
	type plain event
	var with struct {
		plain
		Process *json.Number `json:"pid"`
		Thread  *json.Number `json:"tid"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&with); err != nil {
		return err
	}
	*e = event(with.plain)
	e.Process, e.Thread = with.Process, with.Thread
	return nil
}

// row is a thread of a process.
type row struct{ process, thread int64 }

// span is a complete event, in nanoseconds.
type span struct {
	name       string
	start, end int64
}

// Trace is what was found in one.
type Trace struct {
	Groups []string       // the names of its processes, in their order
	Rows   map[string]int // the number of complete events, by the name of their thread, and that of the process before it
}

// checker is what is known of a trace up to an event.
type checker struct {
	groups map[int64]string
	rows   map[row]string
	latest map[int64]int64 // the process for which a thread's number was seen for the first time, the latest
	seen   map[row]bool
	spans  map[row][]span
	counts map[string]float64 // when a figure was last given
	found  Trace
}

// Check reads a trace and says what is wrong with it.
func Check(trace []byte) (Trace, error) {
	var whole struct {
		DisplayTimeUnit string            `json:"displayTimeUnit"`
		TraceEvents     []json.RawMessage `json:"traceEvents"`
	}
	decoder := json.NewDecoder(bytes.NewReader(trace))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&whole); err != nil {
		return Trace{}, fmt.Errorf("it is no trace: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Trace{}, errors.New("something follows the trace")
	}
	if whole.DisplayTimeUnit != "ms" && whole.DisplayTimeUnit != "ns" {
		return Trace{}, fmt.Errorf("displayTimeUnit is %q", whole.DisplayTimeUnit)
	}
	c := checker{groups: map[int64]string{}, rows: map[row]string{}, latest: map[int64]int64{}, seen: map[row]bool{},
		spans: map[row][]span{}, counts: map[string]float64{}, found: Trace{Rows: map[string]int{}}}
	for i, text := range whole.TraceEvents {
		if err := c.take(text); err != nil {
			return c.found, fmt.Errorf("event %d, %s: %w", i, text, err)
		}
	}
	return c.found, c.overlaps()
}

// take takes an event.
func (c *checker) take(text []byte) error {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if e.Name == nil || *e.Name == "" {
		return errors.New("it has no name")
	}
	process, err := number(e.Process, 1)
	if err != nil {
		return fmt.Errorf("pid: %w", err)
	}
	thread, err := number(e.Thread, 0)
	if err != nil {
		return fmt.Errorf("tid: %w", err)
	}
	at := row{process, thread}
	if !c.seen[at] {
		c.seen[at], c.latest[thread] = true, process
	}
	switch e.Phase {
	case "M":
		return c.takeName(e, at)
	case "X":
		return c.takeSpan(e, at)
	case "C":
		return c.takeFigure(e, at)
	}
	return fmt.Errorf("ph is %q", e.Phase)
}

// number is a whole one, from least on, that fits into 32 bits.
func number(n *json.Number, least int64) (int64, error) {
	if n == nil {
		return 0, errors.New("it is missing")
	}
	value, err := n.Int64()
	if err != nil || value < least || value > math.MaxUint32 {
		return 0, fmt.Errorf("it is %s", *n)
	}
	return value, nil
}

func (c *checker) takeName(e event, at row) error {
	if e.Start != nil || e.Length != nil {
		return errors.New("metadata has no time")
	}
	name, isText := e.Args["name"].(string)
	switch *e.Name {
	case "process_name":
		if _, known := c.groups[at.process]; known || !isText || name == "" {
			return errors.New("its process has a name already, or gets none")
		}
		c.groups[at.process] = name
		c.found.Groups = append(c.found.Groups, name)
	case "process_sort_index":
		if _, isNumber := e.Args["sort_index"].(float64); !isNumber {
			return errors.New("it has no sort_index")
		}
	case "thread_name":
		if _, known := c.rows[at]; known || !isText || name == "" || at.thread == 0 {
			return errors.New("its thread has a name already, or gets none")
		}
		if c.latest[at.thread] != at.process { // Perfetto finds the thread by its number, the latest of that
			return fmt.Errorf("the name goes to a thread of process %d", c.latest[at.thread])
		}
		c.rows[at] = name
	default:
		return errors.New("it is no metadata that Perfetto knows")
	}
	return nil
}

func (c *checker) takeSpan(e event, at row) error {
	switch {
	case e.Start == nil || e.Length == nil || *e.Start < 0 || *e.Length < 0:
		return errors.New("its time is missing or negative")
	case e.Category == nil || *e.Category == "":
		return errors.New("it has no category")
	case e.Colour != nil && *e.Colour != "terrible":
		return fmt.Errorf("there is no colour %q", *e.Colour)
	case c.rows[at] == "" || c.groups[at.process] == "":
		return errors.New("its thread or process has no name")
	}
	start := nanoseconds(*e.Start)
	c.spans[at] = append(c.spans[at], span{*e.Name, start, start + nanoseconds(*e.Length)})
	c.found.Rows[c.groups[at.process]+"/"+c.rows[at]]++
	return nil
}

func (c *checker) takeFigure(e event, at row) error {
	name := fmt.Sprint(at.process, *e.Name)
	if e.Start == nil || *e.Start < c.counts[name] || e.Length != nil {
		return errors.New("its time is missing, or before the last one's")
	}
	c.counts[name] = *e.Start
	if len(e.Args) == 0 || c.groups[at.process] == "" {
		return errors.New("it has no figures, or its process no name")
	}
	for figure, value := range e.Args {
		if _, isNumber := value.(float64); !isNumber {
			return fmt.Errorf("%s is no number", figure)
		}
	}
	return nil
}

// nanoseconds are those that Perfetto has of a time in microseconds: it multiplies, and cuts off the rest.
func nanoseconds(microseconds float64) int64 { return int64(microseconds * 1000) }

// overlaps says where two spans of a row overlap, one of which Perfetto would drop or draw within the other.
func (c *checker) overlaps() error {
	for at, spans := range c.spans {
		slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
		for i, s := range spans[1:] {
			if before := spans[i]; s.start < before.end {
				return fmt.Errorf("in row %d of process %d, %q from %d to %d ns overlaps %q from %d to %d ns", at.thread, at.process,
					before.name, before.start, before.end, s.name, s.start, s.end)
			}
		}
	}
	return nil
}
