package target

import (
	"sync"
	"testing"
	"time"
)

func TestRefuseAbove(t *testing.T) {
	inBubble(t, Config{Latency: time.Second, RefuseAbove: 20, RateStatus: 503}, func(o *online) {
		for range 2 {
			var mu sync.Mutex
			seen := map[int]int{}
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					status := o.status("/get")
					mu.Lock()
					defer mu.Unlock()
					seen[status]++
				})
			}
			all.Wait()
			if seen[200] != 20 || seen[503] != 30 {
				o.t.Errorf("statuses %v", seen)
			}
		}
		if s := o.statistics(); s.Refused != 60 || s.Served != 40 {
			o.t.Errorf("%+v", s)
		}
	})
}

func TestFalloff(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int64
		want float64
	}{
		{"", 100, 1}, {"usl:0.1,0.01", 1, 1}, {"usl:0.1,0.01", 11, 3.1}, {"cliff:20,10", 20, 1}, {"cliff:20,10", 21, 10},
	} {
		f, err := readFalloff(c.text)
		if got := f.times(c.n); err != nil || got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%q: %d at once take %v times as long, want %v; %v", c.text, c.n, got, c.want, err)
		}
	}
	inBubble(t, Config{Latency: time.Second, Falloff: "cliff:1,5"}, func(o *online) {
		began := time.Now()
		o.status("/get")
		if took := time.Since(began); took != time.Second {
			o.t.Errorf("one took %v", took)
		}
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { o.status("/get") })
		}
		all.Wait()
		if took := time.Since(began); took != 6*time.Second {
			o.t.Errorf("then two took until %v", took)
		}
	})
}

func TestThen(t *testing.T) {
	config := Config{Latency: time.Second, Then: "10s --latency 3s --error-rate 1"}
	inBubble(t, config, func(o *online) {
		began := time.Now()
		if status := o.status("/get"); status != 200 || time.Since(began) != time.Second {
			o.t.Errorf("at first %d in %v", status, time.Since(began))
		}
		time.Sleep(9 * time.Second)
		began = time.Now()
		if status := o.status("/get"); status != 500 || time.Since(began) != 3*time.Second {
			o.t.Errorf("then %d in %v", status, time.Since(began))
		}
		if s := o.statistics(); s.Served != 2 {
			o.t.Errorf("%+v", s)
		}
	})
}
