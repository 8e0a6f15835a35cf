package compare

// brief is how long calls take at most, in seconds, that are timed without anybody looking at them: looking adds some per cent
// to calls of a tenth of that, and more to shorter ones (bench/cmd/instruments).
const brief = 1e-3

// isBrief reports whether the calls are so short that they are timed without anybody looking at them.
func (m *Measurement) isBrief() bool {
	return m.Calls > 0 && m.CallTimes.Sum > 0 && m.CallTimes.Sum/float64(m.Calls) < brief
}

// takeFrom takes what another run of the same strategy has seen of its calls.
func (m *Measurement) takeFrom(seen *Measurement) {
	m.RanOn, m.PeakInFlight, m.CallTimes = seen.RanOn, seen.PeakInFlight, seen.CallTimes
	m.Where, m.Timeline = seen.Where, seen.Timeline
	m.seen = seen
}

// looked is the run in which the calls were looked at: times of calls must be held against the CPU time of the same run.
func (m *Measurement) looked() *Measurement {
	if m.seen != nil {
		return m.seen
	}
	return m
}
