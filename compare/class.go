package compare

import "example.com/overlap"

// Class is what a job's calls spend their time on. Of the classes of [overlap.Class], a comparison tells these apart.
type Class = overlap.Class

// The classes of jobs.
const (
	IOBound      = overlap.IOBound      // at most a quarter of the calls' time was spent on a CPU
	CPUBound     = overlap.CPUBound     // at least three quarters
	Mixed        = overlap.Mixed        // in between
	UnknownClass = overlap.UnknownClass // nothing was measured, or the system does not tell CPU times
)

const (
	ioBoundUpTo  = 0.25
	cpuBoundFrom = 0.75
	// saturated is the share of all cores from which on a strategy is taken to have used all there is.
	saturated = 0.9
)

// classify finds what the calls spend their time on: the CPU seconds of the process and its children, divided by the
// sum of the calls' times without those in which they waited for a core. Under sync that is the share of a call's time
// that it computes. Where calls overlap, how long they waited for a core is an estimate; so without sync a probe is
// looked at or, where there is none, the strategy with the fewest calls in flight, and a job that keeps the cores busy
// is CPU-bound whatever the share.
func (j *JobReport) classify() {
	j.Class = UnknownClass
	basis := j.basis()
	if basis == nil || j.loud() {
		return
	}
	wait := basis.medianKnown(func(m *Measurement) *float64 { return m.looked().coreWaitShare() })
	share := basis.medianKnown(func(m *Measurement) *float64 {
		m = m.looked()
		wait := m.coreWaitShare()
		if wait == nil {
			return nil
		}
		return new(min(1, *m.CPUSeconds/(m.CallTimes.Sum*(1-*wait)))) // the runtime's own work can bring it above 1
	})
	if share == nil {
		return
	}
	j.ClassBasis, j.CPUShare, j.CoreWait = basis.Name, share, wait
	switch {
	case *share >= cpuBoundFrom:
		j.Class = CPUBound
	case basis.PeakInFlight > 1 && j.saturates(basis):
		j.Class = CPUBound
	case *share <= ioBoundUpTo:
		j.Class = IOBound
	default:
		j.Class = Mixed
	}
}

// coreWaitShare is the share of the calls' time in which they waited for a core, nil where CPU times are not known.
// They cannot have waited while they computed.
func (m *Measurement) coreWaitShare() *float64 {
	if m.CPUSeconds == nil || m.CallTimes.Sum <= 0 {
		return nil
	}
	waited := m.GoroutineWaitSeconds
	if m.CoreWaitSeconds != nil {
		waited += *m.CoreWaitSeconds
	}
	return new(min(0.99, max(0, min(waited, m.CallTimes.Sum-*m.CPUSeconds))/m.CallTimes.Sum))
}

// basis is the strategy that the class is seen under.
func (j *JobReport) basis() *StrategyReport {
	if sync := j.strategy("sync"); sync != nil && sync.worked() {
		return sync
	}
	if j.probe != nil && j.probe.worked() {
		return j.probe
	}
	var basis *StrategyReport
	for _, s := range j.Strategies {
		if s.worked() && (basis == nil || s.PeakInFlight < basis.PeakInFlight) {
			basis = s
		}
	}
	return basis
}

// saturates reports whether a strategy kept about all cores busy.
func (j *JobReport) saturates(s *StrategyReport) bool {
	return s.CoresBusy != nil && *s.CoresBusy >= saturated*float64(j.machine.GOMAXPROCS)
}
