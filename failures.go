package overlap

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// failures collects the calls of a job that failed.
type failures struct {
	mu         sync.Mutex
	list       []*CallError
	incomplete atomic.Bool // a call was canceled or never started
}

func (f *failures) add(e *CallError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, e)
}

// err is the error of a job that is over. Failures win over a cancel, which they name as well.
func (f *failures) err(j *Job, total int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) > 0 {
		slices.SortFunc(f.list, func(a, b *CallError) int { return cmp.Compare(a.Index, b.Index) })
		return &JobError{Failed: f.list, Total: total, Cause: j.outsideCause()}
	}
	if f.incomplete.Load() {
		return j.outsideCause()
	}
	return nil
}
