package process

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
)

const (
	mostDumpLines = 12      // of a crash, on standard error
	mostDumpFiles = 5       // of this process, for the rest
	mostDumpFile  = 200_000 // lines
)

var dumpFiles atomic.Int64

// dumpShortener passes on what a worker prints to this process's standard error, but of a crash, which may have
// thousands of lines, only the first. The rest goes into a file.
type dumpShortener struct {
	worker string
	lines  int // of a crash that is being printed; 0 if none is
	left   int // of those, not passed on
	file   *os.File
	full   bool // there is no file for the rest
}

func (t *dumpShortener) line(line []byte) {
	switch {
	case t.lines == 0 && beginsCrash(line):
		t.lines = 1
	case t.lines > 0 && (beginsCrash(line) || inCrash(line)):
		t.lines++
	case t.lines > 0:
		t.end()
	}
	if t.lines <= mostDumpLines {
		fmt.Fprintf(os.Stderr, "%s: %s\n", t.worker, line)
		return
	}
	t.left++
	if t.file == nil && !t.full {
		if t.full = dumpFiles.Add(1) > mostDumpFiles; !t.full {
			var err error
			t.file, err = os.CreateTemp("", "overlap-crash-*.txt")
			t.full = err != nil
		}
	}
	if t.file != nil && t.left < mostDumpFile {
		t.file.Write(append(bytes.Clone(line), '\n'))
	}
}

// end is for the end of a crash, or of the output.
func (t *dumpShortener) end() {
	switch {
	case t.left == 0:
	case t.file != nil:
		fmt.Fprintf(os.Stderr, "%s: … %d more lines are in %s\n", t.worker, t.left, t.file.Name())
	default:
		fmt.Fprintf(os.Stderr, "%s: … %d more lines are left out\n", t.worker, t.left)
	}
	if t.file != nil {
		t.file.Close()
	}
	*t = dumpShortener{worker: t.worker}
}

func beginsCrash(line []byte) bool {
	for _, how := range []string{"panic: ", "fatal error: ", "runtime: ", "runtime/cgo: ", "SIG", "Fatal Python error: "} {
		if bytes.HasPrefix(line, []byte(how)) {
			return true
		}
	}
	return false
}

// inCrash reports whether a line may be within what Go's runtime, or Python's faulthandler, prints of a crash.
func inCrash(line []byte) bool {
	if len(line) == 0 {
		return true
	}
	for _, how := range []string{
		"goroutine ", "\t", "created by ", "[signal ", "PC=", "r", "e", "...additional frames elided...", "-----",
		"Thread 0x", "Current thread ", "  File ",
	} {
		// or a register
		if bytes.HasPrefix(line, []byte(how)) && (len(how) > 1 || how == "\t" || bytes.Contains(line, []byte(" 0x"))) {
			return true
		}
	}
	return bytes.HasSuffix(line, []byte(")")) && bytes.ContainsRune(line, '(') &&
		!bytes.ContainsRune(bytes.SplitN(line, []byte("("), 2)[0], ' ')
}
