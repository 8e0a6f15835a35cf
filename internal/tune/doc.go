// Package tune finds out how many calls of a job to keep in flight while it runs. It is what overlap.Auto decides by.
//
// A [Controller] is a pure state machine: it is given readings ([Reading]) and says how many calls may be in flight
// ([Advice]). It neither looks at a clock nor starts anything, so the same code runs in a job, under scripted readings
// and in the simulator. [Sensor] takes the readings of this process.
//
// The level is the least of several caps, each of which is a rule in a file of its own:
//
//   - the cores (gate.go): one more call while a core is free, the rule of Linux' concurrency-managed workqueues and of
//     Windows' completion ports;
//   - the cores, where calls are brief (standby.go): a few more, so that one can wait for the garbage collector, which collector.go
//     watches;
//   - the cores, beside other jobs of this process (beside.go): more while calls that are added do not want cores;
//   - the far end (farend.go): more only as long as more calls end in a second;
//   - refusals (refusals.go): how many calls or starts a second the far end takes before it refuses. What a wave of refusals says
//     is told there; inflightlimit.go, startrate.go, slowstart.go and outage.go are what may follow from it;
//   - memory (memory.go, processmemory.go): what a call needs, and what is left.
//
// Each constant says what it is, in what unit, and where its value comes from: from what is known elsewhere, from arithmetic that is
// stated, or from a measurement. To measure one, it was halved and doubled, and everything that runs in virtual time was run:
// TestAutoComesCloseToTheBestLevel and, with OVERLAP_SIMULATE=1, TestAutoOnSimulatedMachines print with -v how many times as long as
// at the best level the workloads W1 to W24 take, and TestSweep what becomes of hundreds of far ends that refuse. "Half or twice
// changes nothing" says that none of these takes longer, loses or is refused more than it does anyway from run to run. Such a
// constant needs to be there, but not to be exact.
//
// Too few in flight is lost for good, too many costs next to nothing unless memory runs out or the far end breaks down.
// So the rules are quick and generous where only this machine's cores are concerned, and try first where others are.
package tune
