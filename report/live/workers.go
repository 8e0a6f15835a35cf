package live

import (
	"os"
	"runtime"
	"time"

	"example.com/overlap/internal/plain"
)

// mostWorkers is how many are listed.
const mostWorkers = 64

// Worker is a process, here or on another machine, that calls run in.
type Worker struct {
	Name string // "" for none but its number
	PID  int    // 0 where it is on another machine

	// What follows is shown where Counted is true: what the worker runs and how many at once, in words, and how many calls of
	// the job it has made, from which its rate follows. ID tells it from others of the same name.
	Counted bool
	ID      string
	Runs    string
	Made    int64
}

// workerList is what is known of this process and its workers, once a second.
type workerList struct {
	read    time.Duration // when it was, since the job's start; 0: never
	list    []workerRow
	more    int // that are not listed
	version int
	made    map[string][]madeCalls // by workers, those that are listed
}

type workerRow struct {
	Name   string       `json:"name"`
	PID    int          `json:"pid"`
	Memory int64        `json:"memory"` // resident bytes; 0: not known
	Calls  *workerCalls `json:"calls,omitempty"`
}

// workerCalls is what is known of the calls of a worker.
type workerCalls struct {
	Runs string  `json:"runs"`
	Made int64   `json:"made"`
	Rate float64 `json:"rate"` // a second, lately
}

// madeCalls is how many calls a worker had made at a time.
type madeCalls struct {
	at   time.Duration
	made int64
}

// workerReadings is over how many readings the rate of a worker is measured: 5 seconds.
const workerReadings = 6

// tick reads it anew, if it is time.
func (w *workerList) tick(now time.Duration, find func() []Worker) {
	if w.version > 0 && now-w.read < time.Second {
		return
	}
	w.read = now
	w.version++
	own, known := memoryOf(os.Getpid())
	if !known {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		own = int64(m.Sys)
	}
	w.list = []workerRow{{Name: "this command", PID: os.Getpid(), Memory: own}}
	w.more = 0
	if find == nil {
		return
	}
	before := w.made
	w.made = map[string][]madeCalls{}
	for i, found := range find() {
		if i >= mostWorkers {
			w.more++
			continue
		}
		row := workerRow{Name: plain.Shorten(plain.Line(found.Name), mostText/2), PID: found.PID}
		if row.PID > 0 {
			row.Memory, _ = memoryOf(row.PID)
		}
		if found.Counted {
			readings := append(before[found.ID], madeCalls{now, found.Made})
			w.made[found.ID] = readings[max(0, len(readings)-workerReadings):]
			row.Calls = &workerCalls{short(found.Runs), found.Made, rateOf(w.made[found.ID])}
		}
		w.list = append(w.list, row)
	}
}

// rateOf is how many calls were made in a second between the first and the last of some readings.
func rateOf(readings []madeCalls) float64 {
	first, last := readings[0], readings[len(readings)-1]
	if last.at <= first.at || last.made < first.made {
		return 0
	}
	return float64(last.made-first.made) / (last.at - first.at).Seconds()
}
