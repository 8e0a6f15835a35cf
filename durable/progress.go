package durable

import "time"

// Progress is where a job stands, over all its runs.
type Progress struct {
	Done       int64         // inputs that have a result
	Failed     int64         // of those, how many are failures
	Before     int64         // of those, how many are of earlier runs
	MayHaveRun int64         // calls that this run has not made since they may have run, see [ErrMayHaveRun]
	Begun      int64         // calls that were noted before they began, and have no result, see [File].AtMostOnce
	Damaged    int64         // lines of the partial file that were damaged when the run began: their calls are made again
	Unused     int64         // results that Resume has found and that no input so far has had
	Total      int64         // inputs; 0 if that is not known
	Rate       float64       // calls of this run that ended, a second
	TimeLeft   time.Duration // at that rate; 0 if that is not known
}

// ToDo is how many inputs have no result yet; 0 if that is not known.
func (p Progress) ToDo() int64 { return max(0, p.Total-p.Done) }

// Progress says where the job stands now.
func (r *Run) Progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := Progress{
		Done: r.contents.results, Failed: r.contents.failures.count, MayHaveRun: r.mayHaveRun, Total: r.options.Total,
		Damaged: r.contents.damaged, Begun: r.noted + int64(len(r.contents.begun)),
	}
	for _, calls := range r.contents.lost {
		p.Begun += calls
	}
	p.Before = max(0, p.Done-r.added)
	if r.stock != nil {
		p.Unused = int64(len(r.stock.entries) - r.stock.taken)
	}
	p.Rate = float64(r.added) / max(time.Since(r.start).Seconds(), 1e-9)
	if seconds := float64(p.ToDo()) / p.Rate; seconds > 0 && seconds < 1e9 {
		p.TimeLeft = time.Duration(seconds * float64(time.Second))
	}
	return p
}
