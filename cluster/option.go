package cluster

import (
	"fmt"

	"example.com/overlap"
)

// Option is an option of [Embedded], [Connect] and [Work].
type Option interface{ apply(*settings) }

type option func(*settings)

func (o option) apply(to *settings) { o(to) }

type settings struct {
	notices func(text string)
	listen  string
	keys    string
	known   string // the address for those who come, where it is not the one at which the engine listens
	tasks   []overlap.AnyTask
	worker  string // what a worker's addresses begin with
	most    int    // calls of a task that a worker makes at once which finds that out; 0: mostByItself
	metrics *Metrics

	queued      int64 // bytes that an engine keeps at most of calls that nobody has taken; 0: defaultQueued
	connections int   // that an engine lets in at most; 0: any number
}

// with are the settings that options make. It panics when one of them is nil.
func with(where string, options []Option) (s settings) {
	for i, o := range options {
		if o == nil {
			panic(fmt.Sprintf("overlap: cluster.%s: option %d is nil", where, i+1))
		}
		o.apply(&s)
	}
	return s
}

// Notices has what there is to tell people given to tell: that there is no worker, for instance. A text is one line,
// without its end. tell is called by any goroutine.
func Notices(tell func(text string)) Option { return option(func(s *settings) { s.notices = tell }) }

// Listen has the engine of [Embedded] listen at an address, "host:port", for workers on other machines, with TLS: at
// ":7422" it is reached at all addresses of this machine. Without it, or at an address of this machine alone such as
// "127.0.0.1:7422", only workers on this machine reach it. A port of 0 is any that is free.
func Listen(address string) Option { return option(func(s *settings) { s.listen = address }) }

// Advertise has the join strings of an engine name another address, "host:port", than the one at which it listens: one that
// a proxy or a service has there for it. It must listen for other machines.
func Advertise(address string) Option { return option(func(s *settings) { s.known = address }) }

// Keys has the engine of [Embedded] keep its keys in a file, which it makes if there is none: one that is started again
// at the same address has the same join string, and workers that are there come back to it. The file must be kept
// secret. Without it, the keys are made anew each time.
func Keys(file string) Option { return option(func(s *settings) { s.keys = file }) }

// Tasks are the tasks that a worker offers; without it, all that the program has defined.
func Tasks(tasks ...overlap.AnyTask) Option {
	return option(func(s *settings) { s.tasks = append(s.tasks, tasks...) })
}

func (s *settings) offeredTasks() []overlap.AnyTask {
	if len(s.tasks) > 0 {
		return s.tasks
	}
	return overlap.Tasks()
}
