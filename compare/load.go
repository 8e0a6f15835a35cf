package compare

import (
	"fmt"
	"os"
	"time"

	"example.com/overlap/internal/figures"
)

// loadWatch finds what other programs use of the machine while a measuring process runs.
type loadWatch struct {
	start   time.Time
	machine machineLoad
	known   bool
	own     cpuTime
}

func startLoad() loadWatch {
	load, known := readMachineLoad()
	return loadWatch{time.Now(), load, known, processTime()}
}

// others is how many cores they kept busy on average, nil if that is not known. ended is of the process, which has
// waited for its own children.
func (w loadWatch) others(ended *os.ProcessState) *float64 {
	now, known := readMachineLoad()
	took := time.Since(w.start).Seconds()
	own := processTime().since(w.own) // of this process, and of the one that ended, with its children
	if !known || !w.known || ended == nil || own == nil || took <= 0 {
		return nil
	}
	return new(max(0, (now.seconds-w.machine.seconds-*own)/took))
}

const (
	// quietBelow and loudFrom are shares of the cores that Go uses, of which other programs take so much that it is
	// warned of, and that nothing is concluded.
	quietBelow = 0.1
	loudFrom   = 0.5
)

// addLoad sets how busy others kept the machine, over all measurements, the longer ones counting more.
func (j *JobReport) addLoad() {
	busy, seconds := 0.0, 0.0
	for _, s := range j.Strategies {
		for _, m := range s.Measurements {
			if m.OthersBusy != nil {
				busy, seconds = busy+*m.OthersBusy*m.WallSeconds, seconds+m.WallSeconds
			}
		}
	}
	if seconds > 0 {
		j.OthersBusy = new(busy / seconds)
	}
}

// taken is the share of the cores meant for this program that others took. A container may use some of a machine's
// cores only: those that it may not use can be as busy as they like.
func (j *JobReport) taken() float64 {
	if j.OthersBusy == nil {
		return 0
	}
	spare := max(0, j.machine.Cores-j.machine.GOMAXPROCS)
	return max(0, *j.OthersBusy-float64(spare)) / float64(j.machine.GOMAXPROCS)
}

// loud reports whether others used too much of the machine for any conclusion.
func (j *JobReport) loud() bool { return j.taken() >= loudFrom }

func (j *JobReport) loadSentence() string {
	return fmt.Sprintf("No verdict: other programs kept %s of %s busy meanwhile, so the times say as much about them as "+
		"about the strategies. Measure again when the machine is quiet.", figures.Digits(*j.OthersBusy),
		figures.Count(j.machine.Cores, "core"))
}

func (j *JobReport) loadWarning() []Warning {
	if j.taken() < quietBelow || j.Decision == Withheld {
		return nil
	}
	return []Warning{{BusyMachine, []string{}, fmt.Sprintf("other programs kept %s of %s busy meanwhile: measure again "+
		"when the machine is quiet, before you trust small differences", figures.Digits(*j.OthersBusy),
		figures.Count(j.machine.Cores, "core"))}}
}
