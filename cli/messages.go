package cli

// What the command writes, and where:
//
//   - Results go to standard output, and nothing else does: run's lines of JSON, compare's report, tables, help that
//     was asked for.
//   - Everything else goes to standard error, each line of it with the program's name in front, in lower case and
//     without a full stop: "overlap: there is no task "fech"".
//   - An error says what happened, to what, and what to do. Where the command line that was meant can be guessed, a
//     second line has it, ready to be copied: "overlap: did you mean: overlap run fetch --from urls.txt".
//   - What comes from elsewhere, servers, workers, addresses, files, inputs, may hold what a terminal obeys: messages,
//     tables and reports show it as escapes, see internal/plain.
//   - A line that is redrawn, and colour, only ever go to a terminal.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"

	"example.com/overlap/internal/plain"
)

// Exit statuses.
const (
	exitSucceeded   = 0
	exitFailed      = 1   // calls failed, or the results could not be written
	exitUsage       = 2   // the command was asked for something that cannot be done; see statusError
	exitSlower      = 3   // of compare: slower than --fail-if-slower allows
	exitInterrupted = 130 // by Ctrl-C or SIGTERM
	exitClosedPipe  = 141 // whoever read standard output has gone, as in "| head -1"; as a shell reports SIGPIPE
)

// statusError is an error that decides the exit status.
type statusError struct {
	status int
	err    error  // nil when all has been said
	hint   string // another line; "" for none
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func (e *statusError) withHint(hint string) *statusError {
	e.hint = hint
	return e
}

// usageErrorf is an error about what the command was asked for: nothing has been run, unless inputs that come through a
// pipe turn out to be bad half way.
func usageErrorf(format string, args ...any) *statusError {
	return &statusError{status: exitUsage, err: fmt.Errorf(format, args...)}
}

// report says why the command failed, if it did, and returns the exit status.
func (p *program) report(err error) int {
	if lost := p.stdout.failure(); err == nil || err == lost {
		switch {
		case lost == nil:
			return exitSucceeded
		case errors.Is(lost, syscall.EPIPE):
			return exitClosedPipe
		}
		err = fmt.Errorf("cannot write to standard output: %w", lost)
	}
	status, hint, isSaid := statusOf(err)
	if !isSaid {
		p.messages.errorWithHint(err, hint)
	}
	return status
}

// statusOf is the exit status of a command that ends with an error, with another line to say; isSaid is that all has been.
func statusOf(err error) (status int, hint string, isSaid bool) {
	if err == nil {
		return exitSucceeded, "", true
	}
	if said, ok := errors.AsType[*statusError](err); ok {
		return said.status, said.hint, said.err == nil
	}
	return exitFailed, "", false
}

// messages writes what is not a result. It is safe for concurrent use.
type messages struct {
	to      io.Writer
	prefix  string
	redraws bool // to is a terminal on which a line can be drawn anew
	width   int  // of the terminal; 0 if not known

	mu   sync.Mutex
	line string // that is redrawn, "" when there is none
}

// say is sayf for a text.
func (m *messages) say(text string) { m.sayf("%s", text) }

// sayf writes a message, above the line that is redrawn if there is one.
func (m *messages) sayf(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	if m.line != "" {
		b.WriteString(eraseLine)
	}
	for text := range strings.Lines(strings.TrimSuffix(plain.Text(fmt.Sprintf(format, args...)), "\n")) {
		b.WriteString(m.prefix)
		b.WriteString(strings.TrimSuffix(text, "\n"))
		b.WriteByte('\n')
	}
	b.WriteString(m.line)
	_, _ = io.WriteString(m.to, b.String()) // there is nowhere to tell of a failure
}

// Write implements io.Writer for text that is plain already, and has no name in front.
func (m *messages) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.line != "" {
		b = []byte(eraseLine + string(b) + m.line)
	}
	_, _ = m.to.Write(b)
	return len(b), nil
}

// printed passes on a line that a worker printed.
func (m *messages) printed(worker string, line []byte) {
	_, _ = fmt.Fprintf(m, "%s: %s\n", worker, plain.Line(string(line)))
}

func (m *messages) errorWithHint(err error, hint string) {
	text := err.Error()
	if hint != "" {
		text += "\n" + hint
	}
	m.sayf("%s", text)
}

const eraseLine = "\r\x1b[K"

// draw replaces the line that is redrawn; "" takes it away. It does nothing where no line can be redrawn.
func (m *messages) draw(line string) {
	if !m.redraws {
		return
	}
	line = plain.Line(line)
	m.mu.Lock()
	defer m.mu.Unlock()
	if runes := []rune(line); m.width > 1 && len(runes) >= m.width { // a line that wraps could not be erased
		line = string(runes[:m.width-1])
	}
	if line != m.line {
		m.line = line
		_, _ = io.WriteString(m.to, eraseLine+line)
	}
}
