package compare

import "testing"

// A run in which nobody looked at the calls may have been quicker than the one in which somebody did.
func TestClassOfShortCallsIsThatOfOneRun(t *testing.T) {
	quick := Measurement{WallSeconds: 0.5, CPUSeconds: new(0.5), Calls: 1000}
	quick.takeFrom(&Measurement{WallSeconds: 1, CPUSeconds: new(1.0), Calls: 1000, PeakInFlight: 1, CallTimes: CallTimes{Sum: 1, Median: 1e-3}})
	j := &JobReport{Calls: 1000, machine: Machine{GOMAXPROCS: 2}, Strategies: []*StrategyReport{
		{Name: "sync", Measurements: []Measurement{quick}},
	}}
	j.Strategies[0].summarize()
	if j.classify(); j.Class != CPUBound {
		t.Errorf("calls that compute are called %s, %v of their time on a CPU", j.Class, *j.CPUShare)
	}
}
