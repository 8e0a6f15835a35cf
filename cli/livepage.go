package cli

import (
	"slices"
	"sync/atomic"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/internal/secret"
	"example.com/overlap/report/live"
)

// livePage shows the job while it runs, if the user wants that. A nil one shows nothing.
type livePage struct {
	job    *live.Job
	server *live.Server
}

// openPage serves the page at an address, "" for none, and says where it is.
func (j *job) openPage(address string, at place, exec *execJob) error {
	if address == "" {
		return nil
	}
	about := live.About{
		Task: j.task.Name(), Where: "on " + at.executor.String(), Unnumbered: at.unnumbered(),
		Workers: workersOf(at),
	}
	if exec != nil {
		about.Task = secret.Mask(shellWords(exec.words))
	}
	page := live.New(about, j.liveCalls)
	server, err := live.Serve(address, page)
	if err != nil {
		return usageErrorf("--ui: %w", err)
	}
	j.page = &livePage{page, server}
	at.page.Store(page)
	j.page.tell(j.messages)
	return nil
}

// tell says where the page is.
func (p *livePage) tell(m *messages) {
	if p != nil {
		m.sayf("the job can be looked at here, on this machine only: %s", p.server.URL())
	}
}

// workersOf is what says which processes the calls run in, here or elsewhere; nil if they run in this one.
func workersOf(at place) func() []live.Worker {
	if elsewhere := clusterWorkers(at.executor); elsewhere != nil {
		return elsewhere
	}
	pool, ok := at.executor.(interface{ PIDs() []int })
	if at.workers != nil {
		pool, ok = at.workers, true
	}
	if !ok {
		return nil
	}
	return func() []live.Worker {
		pids := pool.PIDs()
		slices.Sort(pids)
		var all []live.Worker
		for _, pid := range pids {
			all = append(all, live.Worker{PID: pid})
		}
		return all
	}
}

// liveCalls is where the job stands, as the page has it, which is served before the job runs.
func (j *job) liveCalls() live.Calls {
	now := j.counts()
	return live.Calls{
		Total: now.total, Before: now.before, Drawn: now.drawn, Ended: now.ended, Failed: now.failed,
		Queued: now.queued, Ending: now.draining,
	}
}

// options are those by which the page is told what runs.
func (p *livePage) options() []overlap.Option {
	if p == nil {
		return nil
	}
	return []overlap.Option{p.job.Observe()}
}

// add tells the page of a call that ended; failure is nil if it succeeded.
func (p *livePage) add(r overlap.Result[any, any], outcome overlap.Outcome, failure error) {
	if p == nil {
		return
	}
	p.job.Ended(r.Worker, r.Index, r.Started, r.Finished, failure != nil)
	if failure == nil {
		return
	}
	reason := resultline.Reason(failure).Error()
	if said, ok := summaryOf(outcome, failure); ok {
		reason = said
	}
	p.job.Failed(outcome, reason, shownInput(r.Input))
}

// over tells the page that the job is, and how it went.
func (p *livePage) over(text string) {
	if p != nil {
		p.job.Over(text)
	}
}

func (p *livePage) close() {
	if p != nil {
		p.server.Close()
	}
}

// livePointer is where auto finds the page, which is made after it.
type livePointer struct{ atomic.Pointer[live.Job] }

// tell calls fn with the page, if there is one.
func (p *livePointer) tell(fn func(*live.Job)) {
	if page := p.Load(); page != nil {
		fn(page)
	}
}
