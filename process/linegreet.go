package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.com/overlap/process/internal/jsonlines"
)

// hello is a worker's first line.
type hello struct {
	Overlap int      `json:"overlap"`
	Name    string   `json:"name"`
	Tasks   []string `json:"tasks"`
	Window  int      `json:"window"`
	Caps    []string `json:"caps"`
	Repeats []string `json:"idempotent"`

	Versions map[string]string `json:"versions"`
}

// welcome is the answer.
type welcome struct {
	Init   json.RawMessage `json:"init,omitempty"`
	Window int             `json:"window"`
	Most   int             `json:"longest"` // bytes of a line
	Start  bool            `json:"start,omitempty"`
	Page   int             `json:"page,omitempty"` // its file's number
}

// readiness is a worker's second line.
type readiness struct {
	Ready *bool              `json:"ready"`
	Err   *jsonlines.Failure `json:"err"`
	Log   *string            `json:"log"`
}

const lineVersion = 1

// greetLines waits until the worker is ready.
func (c *child) greetLines(s *settings) error {
	until := time.Now().Add(startLimit)
	c.replies.SetReadDeadline(until)
	c.requests.SetWriteDeadline(until)
	defer c.replies.SetReadDeadline(time.Time{})
	defer c.requests.SetWriteDeadline(time.Time{})
	line, err := c.line.in.Next()
	if err != nil {
		return c.handshakeError("say hello", line, err)
	}
	var h hello
	if err := json.Unmarshal(line, &h); err != nil || h.Overlap == 0 {
		return c.notReady(fmt.Sprintf("its first line is not hello but %s: stdout is the protocol; print to stderr",
			jsonlines.Quote(line)), nil)
	}
	if h.Overlap != lineVersion {
		return c.notReady(fmt.Sprintf("it speaks version %d of the line protocol, this program version %d", h.Overlap,
			lineVersion), nil)
	}
	if len(h.Tasks) == 0 {
		return c.notReady("it lists no tasks in its hello "+jsonlines.Quote(line), nil)
	}
	w := c.line.agree(&h, c.page != nil)
	if s.above > 0 && !c.line.paged {
		return c.notReady("it does not say how much memory it uses, as it has no page: leave process.RecycleAbove out", nil)
	}
	w.Init = s.initValue
	text, err := json.Marshal(w)
	if err == nil {
		err = c.write(c.requests, append(text, '\n'))
	}
	if err != nil {
		return c.notReady("it did not take its welcome", err)
	}
	for {
		if line, err = c.line.in.Next(); err != nil {
			return c.handshakeError("get ready", line, err)
		}
		var r readiness
		if err := json.Unmarshal(line, &r); err != nil || r.Ready == nil && r.Log == nil {
			return c.notReady(fmt.Sprintf("it said %s instead of ready: stdout is the protocol; print to stderr",
				jsonlines.Quote(line)), nil)
		}
		switch {
		case r.Ready == nil:
			c.printed.say(*r.Log)
		case *r.Ready:
			return nil
		case r.Err != nil:
			return c.notReady("it failed to get ready", errors.New(strings.TrimSpace(r.Err.Remote().Error()+"\n"+r.Err.Trace)))
		default:
			return c.notReady("it says that it is not ready", nil)
		}
	}
}

// agree settles what both sides can.
func (s *speaker) agree(h *hello, pages bool) *welcome {
	can := func(what string) bool { return slices.Contains(h.Caps, what) }
	s.tasks = slices.Sorted(slices.Values(h.Tasks))
	s.repeats = slices.Sorted(slices.Values(h.Repeats))
	s.versions = h.Versions
	s.window = min(max(h.Window, 1), mostLines)
	s.batches, s.cancels, s.parallel = can("batch"), can("cancel"), can("parallel")
	s.paged = pages && can("page") && !s.parallel
	s.starts = s.paged || can("start")
	s.tells = can("took") && !s.parallel
	s.next = 1
	w := &welcome{Window: s.window, Most: s.in.Longest(), Start: s.starts && !s.paged}
	if s.paged {
		w.Page = filePage
	}
	return w
}

// handshakeError says how a worker ended, or kept silent, in the handshake.
func (c *child) handshakeError(what string, said []byte, err error) error {
	switch {
	case errors.Is(err, jsonlines.ErrTooLong):
		return c.notReady(fmt.Sprintf("it did not %s: %v: %s", what, err, jsonlines.Quote(said)), nil)
	case isTimeout(err):
		err = fmt.Errorf("%w for %v", errSilent, startLimit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("its last words: %s", jsonlines.Quote(said))
	case errors.Is(err, io.EOF):
		err = errors.New("it closed its standard output")
	}
	return c.notReady("it did not "+what+": does it speak the line protocol of PROTOCOL.md?", err)
}
