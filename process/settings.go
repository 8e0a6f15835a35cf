package process

import (
	"fmt"
	"os"
	"time"

	"example.com/overlap"
)

// Option is an option of [New] and [Command].
type Option interface{ applyToPool(*settings) }

type option func(*settings)

func (o option) applyToPool(to *settings) { o(to) }

// apply sets what the options say. It panics when one of them is nil.
func (s *settings) apply(options []Option) {
	for i, o := range options {
		if o == nil {
			panic(fmt.Sprintf("overlap: process: option %d of the pool is nil", i+1))
		}
		o.applyToPool(s)
	}
}

type settings struct {
	initializer string
	memory      int64
	recycle     int
	above       int64
	idle        time.Duration
	onDemand    bool
	printed     func(worker string, line []byte)
	perCall     func(Printout)
	environment []string
	cgroups     cgroups
	least       *leastMemory
	notices     func(text string)
	ranIn       func(call overlap.Call, pid int)

	initValue   []byte // of a command
	longestLine int
}

// Initializer has each worker make a call of the task before its first other one. An error is one of starting the
// worker.
func Initializer(task *overlap.Task[struct{}, struct{}]) Option {
	if !task.Defined() {
		panic("overlap: process.Initializer: the task must be made with overlap.Define, for the workers to find it")
	}
	return option(func(s *settings) { s.initializer = task.Name() })
}

// RecycleAfter replaces a worker after about n calls (within a tenth, so that not all are replaced at once), between
// two calls. It panics when n < 1.
func RecycleAfter(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("overlap: process.RecycleAfter: must be at least 1, got %d", n))
	}
	return option(func(s *settings) { s.recycle = n })
}

// MemoryLimit bounds a worker's memory, C's included, in bytes: a worker that wants more dies of it, and its call fails
// with the class [OutOfMemory]. A Go program has some 40 MB before it has done anything, and a large one may need 100
// MB to start; MemoryLimit panics below 64 MB.
//
// Linux enforces it: on the worker's own data by RLIMIT_DATA, which lets a Go program say where it ran out, and, in a
// delegated cgroup v2 (one that systemd has delegated to the program, or one given by [Cgroup]), also on all that the
// worker and what it starts use together, shared memory and files in memory included. For that, a program that is alone
// in a cgroup delegated to it moves itself to a child of it. Elsewhere the pool watches what the workers say they use,
// ten times a second. [Pool.Info] says which.
func MemoryLimit(bytes int64) Option {
	if bytes < 64<<20 {
		panic(fmt.Sprintf("overlap: process.MemoryLimit: must be at least 64 MB, got %d bytes", bytes))
	}
	return option(func(s *settings) { s.memory = bytes })
}

// Printed has what workers print, on standard output and error alike, given to line, without the end of the line,
// instead of to the parent's standard error. It is called by one goroutine per worker.
func Printed(line func(worker string, text []byte)) Option {
	return option(func(s *settings) { s.printed = line })
}

// Silent drops what workers print, but for the end of it, which the error of a worker's death has, and the pool's
// notices if [Notices] takes none.
func Silent() Option { return Printed(func(string, []byte) {}) }

// Notices has what the pool has to tell people given to tell instead of to the parent's standard error: that it waits
// for a worker which says nothing, or that it goes on with fewer workers than wanted. A text is one line, without its
// end. tell is called by any goroutine, and must not call the pool.
func Notices(tell func(text string)) Option {
	return option(func(s *settings) { s.notices = tell })
}

// notice tells people something. It does not wait for them.
func (s *settings) notice(text string) {
	switch {
	case s.notices != nil:
		go s.notices(text)
	case s.printed == nil:
		fmt.Fprintf(os.Stderr, "overlap: %s\n", text)
	}
}

// PrintedPerCall collects what workers print while they make a call and gives it to take when the call has ended, if it
// is not empty. What they print otherwise goes where it would go. It costs two writes a call. Of what a call prints,
// the first and the last 512 KB are kept, with a line between them that says how much was cut. take is called by one
// goroutine per worker.
func PrintedPerCall(take func(Printout)) Option {
	return option(func(s *settings) { s.perCall = take })
}

// Environment adds variables ("NAME=value") to the workers' environment, which otherwise is the parent's.
func Environment(variables ...string) Option {
	return option(func(s *settings) { s.environment = append(s.environment, variables...) })
}

// RecycleAbove replaces a worker that uses more memory than that between two calls, in bytes, as it sees it itself
// every tenth of a second. It panics when bytes < 1.
func RecycleAbove(bytes int64) Option {
	if bytes < 1 {
		panic(fmt.Sprintf("overlap: process.RecycleAbove: must be at least 1, got %d", bytes))
	}
	return option(func(s *settings) { s.above = bytes })
}

// IdleTimeout ends the workers when there has been no job for d; the next job starts them again. It panics when d is
// not positive.
func IdleTimeout(d time.Duration) Option {
	if d <= 0 {
		panic(fmt.Sprintf("overlap: process.IdleTimeout: must be positive, got %v", d))
	}
	return option(func(s *settings) { s.idle = d })
}

// OnDemand has workers started only as calls want them, and one more than these, and lets those go that have had
// nothing to do for a second. It is for pools whose n is the most workers that there may be, such as those that an
// [overlap.Auto] decides over.
func OnDemand() Option { return option(func(s *settings) { s.onDemand = true }) }

// retire reports whether a worker has served its time, or will have when it has made the calls that are in flight.
func (s *settings) retire(c *child, inFlight int) bool {
	return c.retireAfter > 0 && c.served+inFlight >= c.retireAfter || s.above > 0 && c.page.memory.Load() > s.above
}
