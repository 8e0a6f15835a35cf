package overlap

import (
	"testing"

	"example.com/overlap/internal/tune"
)

// SenseNothing has Auto see cores that have nothing to do, so that what it does in a bubble does not depend on what this
// machine does meanwhile.
func SenseNothing(t *testing.T) {
	looks, measures, room := sense, measure, lookAtRoom
	lookAtRoom = func() int { return 0 }
	sense = func(r *tune.Reading) {
		r.CPU = 0
	}
	measure = func(r *tune.Reading) { r.CPU = 0 }
	t.Cleanup(func() { sense, measure, lookAtRoom = looks, measures, room })
}

// SenseMachine has Auto see a machine of so many cores, by what its sensor says.
func SenseMachine(t *testing.T, cores int, look, measured func(*tune.Reading)) {
	looks, measures, count, room := sense, measure, countCores, lookAtRoom
	lookAtRoom = func() int { return 0 }
	sense, measure, countCores = look, measured, func() int { return cores }
	t.Cleanup(func() {
		sense, measure, countCores, lookAtRoom = looks, measures, count, room
	})
}

// SenseRoom has Auto see that there may be so many processes and threads, when a job begins.
func SenseRoom(t *testing.T, room int) {
	before := lookAtRoom
	lookAtRoom = func() int { return room }
	t.Cleanup(func() { lookAtRoom = before })
}

// SenseProcesses has Auto see processes on a machine of so many cores, and nothing of this one.
func SenseProcesses(t *testing.T, cores int, look func(*tune.Reading)) {
	SenseNothing(t)
	looks, count := lookAtProcesses, countCores
	lookAtProcesses = func(r *tune.Reading, _ bool) { look(r) }
	countCores = func() int { return cores }
	t.Cleanup(func() { lookAtProcesses, countCores = looks, count })
}
