package compare

import (
	"os"
	"runtime"
	"runtime/metrics"
	"time"
)

// waited is how long calls have waited for a core, so that it is not taken for waiting of their own: the threads of
// this process, and of its workers, in seconds; nil where the system does not tell.
type waited struct{ own, workers *float64 }

func readWaited(workers []int) waited {
	read := func(pids []int) (sum *float64) {
		for _, pid := range pids {
			if seconds, known := coreWait(pid); known {
				if sum == nil {
					sum = new(float64)
				}
				*sum += seconds
			}
		}
		return sum
	}
	return waited{read([]int{os.Getpid()}), read(workers)}
}

// since is what was waited from then to w. Threads that have ended meanwhile take what they waited along.
func (w waited) since(then waited) waited {
	between := func(then, now *float64) *float64 {
		if then == nil || now == nil {
			return nil
		}
		return new(max(0, *now-*then))
	}
	return waited{between(then.own, w.own), between(then.workers, w.workers)}
}

// all is of this process and its workers.
func (w waited) all() *float64 {
	switch {
	case w.own == nil:
		return nil
	case w.workers == nil:
		return w.own
	}
	return new(*w.own + *w.workers)
}

// It is counted how many goroutines wait to run 1 ms after the start, then after twice as long each time, and at last
// every 16 ms: to wake up for it more often would show in short calls where that costs much.
const (
	firstCount = time.Millisecond
	countEvery = 16 * time.Millisecond
)

// runnableWatch finds how long goroutines waited for a core, in all: their queue is Go's own, and the system sees none
// of it. It looks how many there are from time to time. What the runtime tells of each wait (/sched/latencies) is of
// every eighth, which is too few where calls compute for a long time: it takes the core from them every 10 ms only.
type runnableWatch struct {
	over    chan struct{}
	seconds chan float64
}

func watchRunnable() runnableWatch {
	w := runnableWatch{make(chan struct{}), make(chan float64)}
	last := time.Now()
	go func() {
		pause, seconds := firstCount, 0.0
		timer := time.NewTimer(pause)
		defer timer.Stop()
		for ended := false; !ended; {
			select {
			case <-timer.C:
				pause = min(2*pause, countEvery)
				timer.Reset(pause)
			case <-w.over:
				ended = true
			}
			now := time.Now()
			seconds += float64(runnable()) * now.Sub(last).Seconds()
			last = now
		}
		w.seconds <- seconds
	}()
	return w
}

// stop ends it, and says how many seconds goroutines waited.
func (w runnableWatch) stop() float64 {
	close(w.over)
	return <-w.seconds
}

// runnable is how many goroutines wait to run, but for one that waits because the caller runs.
func runnable() int {
	samples := []metrics.Sample{
		{Name: "/sched/goroutines/runnable:goroutines"}, {Name: "/sched/goroutines/running:goroutines"},
	}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return 0
		}
	}
	waiting, running := int(samples[0].Value.Uint64()), int(samples[1].Value.Uint64())
	if running >= runtime.GOMAXPROCS(0) {
		waiting--
	}
	return max(0, waiting)
}
