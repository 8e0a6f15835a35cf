package command

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// Printer prints what commands print, so that the outputs of two never mix. Its methods are safe for concurrent use;
// its fields must not change after its first.
type Printer struct {
	Stdout, Stderr io.Writer // of which the printer alone writes whole outputs, or whole lines, at once
	Tag            bool      // begin each line with the Tag of its input and a tab
	KeepOrder      bool      // print lines of [Printer.Live] in the order of the Numbers of the inputs
	TempDir        string    // where lines are kept, with KeepOrder, whose turn has not come; "" means os.TempDir()

	mu    sync.Mutex
	err   error // the first of writing a line
	turns turns
}

// Print prints the outputs of a command that has ended, standard output first, byte for byte but for tags. It returns
// the first error of the two writers, and leaves the value to its owner.
func (p *Printer) Print(in Input, v *Value) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, from := range []struct {
		output *Output
		to     io.Writer
	}{{&v.Stdout, p.Stdout}, {&v.Stderr, p.Stderr}} {
		if from.output.Size() == 0 {
			continue
		}
		if !p.Tag {
			if _, err := from.output.WriteTo(from.to); err != nil {
				return err
			}
			continue
		}
		lines := &lineWriter{to: from.to, tag: p.tag(in)}
		_, err := from.output.WriteTo(lines)
		if err = errors.Join(err, lines.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Live is for [Options.Live]: it prints whole lines of a command's outputs as they come. What a command prints after
// its last line is printed at its end, as it is.
//
// With [Printer.KeepOrder] those of one command are printed as they come, and those of the commands after it kept in
// files without names until [Printer.Ended] says that it is their turn.
func (p *Printer) Live(in Input) (stdout, stderr io.WriteCloser) {
	live := func(to io.Writer) io.WriteCloser {
		if p.KeepOrder {
			to = p.turns.writer(p, in.Number, to)
		}
		return &lineWriter{printer: p, to: to, tag: p.tag(in)}
	}
	return live(p.Stdout), live(p.Stderr)
}

// Err is the first error of printing lines as they come.
func (p *Printer) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *Printer) tag(in Input) []byte {
	if !p.Tag {
		return nil
	}
	return append(bytes.ReplaceAll([]byte(in.Tag), []byte("\n"), []byte(" ")), '\t')
}

// longestLine is how much of a line is kept until its end comes.
const longestLine = 64 << 20

// lineWriter writes whole lines.
type lineWriter struct {
	printer *Printer // which it locks while it writes; nil if the caller has done so
	to      io.Writer
	tag     []byte
	rest    []byte // of a line that has no end yet, and its tag
	out     []byte
}

// Write implements [io.Writer].
func (l *lineWriter) Write(b []byte) (int, error) {
	written := len(b)
	end := bytes.LastIndexByte(b, '\n') + 1
	if end == 0 && len(l.rest) < longestLine {
		l.keep(b)
		return written, nil
	}
	l.out = append(l.out[:0], l.rest...)
	inLine := len(l.rest) > 0
	l.rest = l.rest[:0]
	if l.tag == nil {
		l.out = append(l.out, b[:end]...)
	} else {
		for line := range bytes.Lines(b[:end]) {
			if !inLine {
				l.out = append(l.out, l.tag...)
			}
			l.out, inLine = append(l.out, line...), false
		}
	}
	if end == 0 { // a line that is too long to be kept
		l.out = append(l.out, b...)
	} else {
		l.keep(b[end:])
	}
	return written, l.flush(l.out)
}

func (l *lineWriter) keep(b []byte) {
	if len(l.rest) == 0 && len(b) > 0 {
		l.rest = append(l.rest, l.tag...)
	}
	l.rest = append(l.rest, b...)
}

func (l *lineWriter) flush(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if l.printer == nil {
		_, err := l.to.Write(b)
		return err
	}
	l.printer.mu.Lock()
	defer l.printer.mu.Unlock()
	_, err := l.to.Write(b)
	if l.printer.err == nil {
		l.printer.err = err
	}
	return err
}

// Close writes what is left.
func (l *lineWriter) Close() error {
	rest := l.rest
	l.rest = nil
	return l.flush(rest)
}
