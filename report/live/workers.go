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
}

// workerList is what is known of this process and its workers, once a second.
type workerList struct {
	read    time.Duration // when it was, since the job's start; 0: never
	list    []workerRow
	more    int // that are not listed
	version int
}

type workerRow struct {
	Name   string `json:"name"`
	PID    int    `json:"pid"`
	Memory int64  `json:"memory"` // resident bytes; 0: not known
}

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
	for i, found := range find() {
		if i >= mostWorkers {
			w.more++
			continue
		}
		row := workerRow{Name: plain.Shorten(plain.Line(found.Name), mostText/2), PID: found.PID}
		if row.PID > 0 {
			row.Memory, _ = memoryOf(row.PID)
		}
		w.list = append(w.list, row)
	}
}
