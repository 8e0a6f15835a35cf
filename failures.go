package overlap

import (
	"cmp"
	"errors"
	"slices"
	"sync"
)

// failures collects the calls of a job that have no value.
type failures struct {
	mu     sync.Mutex
	most   int // how many of those that failed are kept; 0 means all
	list   []*CallError
	more   int      // failed, and are not kept
	others indexSet // were canceled, or never started
}

func (f *failures) add(e *CallError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.most > 0 && len(f.list) == f.most {
		f.more++
		return
	}
	f.list = append(f.list, e)
}

// lose counts calls that were canceled or never started.
func (f *failures) lose(from, to int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.others.addRange(from, to)
}

// err is the error of a job that is over. The causes are those of the caller's cancel and what else stopped the job,
// or nil; an observer that broke is an error whatever the calls have come to.
func (f *failures) err(cause, observer error, total int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) == 0 && f.others.count == 0 && observer == nil {
		return nil
	}
	slices.SortFunc(f.list, func(a, b *CallError) int { return cmp.Compare(a.Index, b.Index) })
	switch {
	case cause == nil:
		cause = observer
	case observer != nil:
		cause = errors.Join(cause, observer)
	}
	return &JobError{Failed: f.list, More: f.more, Total: total, Cause: cause, others: &f.others}
}
