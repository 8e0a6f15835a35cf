package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options are how a [Runner] deals with commands, other than what their inputs say.
type Options struct {
	// TempDir is where the outputs are until they have been taken: in files that have no name, so that nothing is left
	// there however this program ends. "" means os.TempDir().
	TempDir string
	// Files leaves outputs of more than 64 KiB in these files, for [Output.File], [Output.WriteTo] and [Value.WriteJSON], so
	// that outputs of any size take no memory. Who takes the value must close it. Without Files, an output is read into
	// memory.
	Files bool
	// MaxOutput is how many bytes of one output a value holds in memory; more fails the call, without Files. 0 means 64 MiB.
	MaxOutput int64
	// KillAfter is how long a command may take to end after SIGTERM, before SIGKILL ends it. 0 means 0.7 s, so that it is
	// over before the usual grace of a call is. A call with a timeout has 0.7 times its own grace.
	KillAfter time.Duration
	// Stdout and Stderr, if set, are what the commands write to themselves, at any time; the values have no outputs then.
	Stdout, Stderr *os.File
	// Live, if set, is asked for two writers for each command, which are given its outputs as they come, and closed at its
	// end; the values have no outputs then. Each writer is used by one goroutine.
	Live func(in Input) (stdout, stderr io.WriteCloser)
}

const (
	defaultMaxOutput = 64 << 20
	defaultKillAfter = 700 * time.Millisecond
)

// Runner runs commands. It is safe for concurrent use.
type Runner struct {
	options Options
	slots   numbers
	paths   sync.Map // of programs, by name
	system  runnerState

	spaces sync.Map // of folders for outputs, by name
}

// New makes a runner.
func New(options Options) *Runner {
	if options.MaxOutput == 0 {
		options.MaxOutput = defaultMaxOutput
	}
	if options.KillAfter == 0 {
		options.KillAfter = defaultKillAfter
	}
	if options.TempDir == "" {
		options.TempDir = os.TempDir()
	}
	return &Runner{options: options}
}

// Run runs a command and waits until it ends; not for what it leaves behind. The error is nil if its exit code is 0,
// and else an *[Error].
//
// When ctx ends, the command's group gets SIGTERM, and SIGKILL if it is not gone after a while; the error then wraps
// the cause, and its Value is what there was until then.
func (r *Runner) Run(ctx context.Context, in Input) (Value, error) {
	if len(in.Words) == 0 {
		return Value{}, fail(NoCommand, "", nil, "the input names no command")
	}
	words := make([]string, len(in.Words))
	usesSlot, uses := false, false
	for i, word := range in.Words {
		words[i] = string(word)
		if strings.IndexByte(words[i], 0) >= 0 {
			uses = true
			usesSlot = usesSlot || strings.Contains(words[i], slotMarker)
		}
	}
	if uses {
		n := 0
		if usesSlot {
			n = r.slots.take()
			defer r.slots.giveBack(n)
		}
		filled := strings.NewReplacer(numberMarker, strconv.FormatInt(in.Number, 10), slotMarker, strconv.Itoa(n))
		for i, word := range words {
			if words[i] = filled.Replace(word); strings.IndexByte(words[i], 0) >= 0 {
				return Value{}, fail(BadInput, words[0], nil, "the argument %.80q holds a NUL, which no argument can", word)
			}
		}
	}
	return r.run(ctx, words, in)
}

// numbers gives each of those that run at once a number of its own, from 1, always the lowest that is free.
type numbers struct {
	mu    sync.Mutex
	taken []bool
}

func (n *numbers) take() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, taken := range n.taken {
		if !taken {
			n.taken[i] = true
			return i + 1
		}
	}
	n.taken = append(n.taken, true)
	return len(n.taken)
}

func (n *numbers) giveBack(number int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.taken[number-1] = false
}

// bytes is a size as people write it.
func bytesText(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return fmt.Sprintf("%s bytes", text)
}
