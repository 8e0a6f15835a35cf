package compare

// Class is what a job's calls spend their time on.
type Class string

// The classes of jobs.
const (
	IOBound      Class = "io-bound"  // at most a quarter of the calls' time was spent on a CPU
	CPUBound     Class = "cpu-bound" // at least three quarters
	Mixed        Class = "mixed"     // in between
	UnknownClass Class = "unknown"   // nothing was measured, or the system does not tell CPU times
)

const (
	ioBoundUpTo  = 0.25
	cpuBoundFrom = 0.75
	// saturated is the share of all cores from which on a strategy is taken to have used all there is.
	saturated = 0.9
)

// classify finds what the calls spend their time on: CPU seconds of the process divided by the sum of the calls' times.
// Under sync that is exactly the share of a call's time that it computes. Where calls overlap, some of their time is
// spent waiting for a core, which makes them look more IO-bound than they are; so without sync a probe is looked at or,
// where there is none, the strategy with the fewest calls in flight, and a job that keeps the cores busy is CPU-bound
// whatever the share.
func (j *JobReport) classify() {
	j.Class = UnknownClass
	basis := j.basis()
	if basis == nil {
		return
	}
	share := basis.medianKnown(func(m *Measurement) *float64 {
		if m.CPUSeconds == nil || m.CallTimes.Sum <= 0 {
			return nil
		}
		return new(min(1, *m.CPUSeconds/m.CallTimes.Sum)) // the runtime's own work can bring it above 1
	})
	if share == nil {
		return
	}
	j.ClassBasis, j.CPUShare = basis.Name, share
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
