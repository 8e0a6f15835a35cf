package process

import "example.com/overlap"

// RanIn has fn told in which process each attempt was made that a worker has answered: the call, of which fn may read Task,
// Input, Index and Attempt until it returns, and the number of the process. fn is called by the goroutines that read
// answers, several at a time, and holds them up while it runs. An attempt of which no answer came is not told of.
func RanIn(fn func(call overlap.Call, pid int)) Option {
	if fn == nil {
		panic("overlap: process.RanIn: the function is nil")
	}
	return option(func(s *settings) { s.ranIn = fn })
}

// tellWhere says in which process an attempt was made, if anybody wants to know.
func (s *settings) tellWhere(call overlap.Call, c *child) {
	if s.ranIn != nil {
		s.ranIn(call, c.cmd.Process.Pid)
	}
}
