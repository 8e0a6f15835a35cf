package overlap

import (
	"testing"

	"example.com/overlap/internal/tune"
)

// SenseNothing has Auto see cores that have nothing to do, so that what it does in a bubble does not depend on what this
// machine does meanwhile.
func SenseNothing(t *testing.T) {
	looks, measures := sense, measure
	sense = func(r *tune.Reading) {
		r.CPU = 0
	}
	measure = func(r *tune.Reading) { r.CPU = 0 }
	t.Cleanup(func() { sense, measure = looks, measures })
}

// SenseMachine has Auto see a machine of so many cores, by what its sensor says.
func SenseMachine(t *testing.T, cores int, look, measured func(*tune.Reading)) {
	looks, measures, count := sense, measure, countCores
	sense, measure, countCores = look, measured, func() int { return cores }
	t.Cleanup(func() { sense, measure, countCores = looks, measures, count })
}

// SenseProcesses has Auto see processes on a machine of so many cores, and nothing of this one.
func SenseProcesses(t *testing.T, cores int, look func(*tune.Reading)) {
	SenseNothing(t)
	looks, count := lookAtProcesses, countCores
	lookAtProcesses = func(r *tune.Reading, _ bool) { look(r) }
	countCores = func() int { return cores }
	t.Cleanup(func() { lookAtProcesses, countCores = looks, count })
}
