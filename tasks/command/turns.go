package command

import (
	"errors"
	"io"
	"os"
)

// turns has commands print live one after another, in the order of their numbers. Its printer's mutex guards it.
type turns struct {
	before  int64                  // all commands with a number up to this one have ended
	waiting map[int64][]*turnTaker // those whose turn has not come, by their number
}

// turnTaker is one output of one attempt of a command. It writes where it should when it is the command's turn, and
// into a file until then.
type turnTaker struct {
	turns  *turns
	number int64
	folder string
	to     io.Writer
	kept   *os.File // nil while nothing is kept
	size   int64
}

func (t *turns) writer(p *Printer, number int64, to io.Writer) io.Writer {
	w := &turnTaker{turns: t, number: number, folder: p.TempDir, to: to}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.waits(number) {
		if t.waiting == nil {
			t.waiting = map[int64][]*turnTaker{}
		}
		t.waiting[number] = append(t.waiting[number], w)
	}
	return w
}

func (t *turns) waits(number int64) bool { return number > t.before+1 }

// Write implements [io.Writer], for those who hold the printer's mutex.
func (w *turnTaker) Write(b []byte) (int, error) {
	if !w.turns.waits(w.number) {
		return w.to.Write(b)
	}
	if w.kept == nil {
		var err error
		if w.kept, err = openKept(w.folder); err != nil {
			return 0, err
		}
	}
	n, err := w.kept.Write(b)
	w.size += int64(n)
	return n, err
}

// begin prints what has been kept.
func (w *turnTaker) begin() error {
	if w.kept == nil {
		return nil
	}
	_, err := copyFile(w.to, w.kept, w.size)
	_ = w.kept.Close() // it has no name any more
	w.kept = nil
	return err
}

// Ended says that the command whose input has this Number has ended, for good, and so have all before it: with
// [Printer.KeepOrder] the next one prints. It returns the first error of printing what that one has printed already.
func (p *Printer) Ended(number int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns.before = number
	var err error
	for _, w := range p.turns.waiting[number+1] {
		err = errors.Join(err, w.begin())
	}
	delete(p.turns.waiting, number+1)
	if p.err == nil {
		p.err = err
	}
	return err
}
