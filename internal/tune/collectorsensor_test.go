package tune

import (
	"runtime"
	"testing"
	"time"
)

// Each collection stops the world before and after it marks, and sometimes between, to begin anew. It counts when it has ended, a moment
// before its second pause does.
func TestPausesSayWhetherTheCollectorMarks(t *testing.T) {
	for _, c := range []struct {
		name   string
		pauses []int64 // besides two for each collection
		want   []bool
	}{
		{"a collection", []int64{0, 1, 1, 0}, []bool{false, true, true, false}},
		{"the sensor begins while it marks", []int64{1, 1, 0, 1, 0}, []bool{false, false, false, false, false}},
		{"and knows better later", []int64{1, 0, 0, 1, 0}, []bool{false, false, false, true, false}},
		{"one has ended and its pause does not count yet", []int64{0, 1, -1, 0, 0, 1, 0}, []bool{false, true, false, false, false, true, false}},
	} {
		var s collectorSensor
		for i, pauses := range c.pauses {
			if got := s.see(pauses); got != c.want[i] {
				t.Errorf("%s: look %d says that the collector marks: %v", c.name, i, got)
			}
		}
	}
}

// Where a collection began to mark anew, all later ones seem to mark, which is put right after some looks.
func TestMarkingAnewIsForgotten(t *testing.T) {
	var s collectorSensor
	s.see(0)
	for i := range 2 * idleLooks {
		marks := s.see(1)
		if i == 0 && !marks || i > idleLooks && marks {
			t.Fatalf("look %d says that the collector marks: %v", i, marks)
		}
	}
	if !s.see(2) {
		t.Error("what marks after that is not seen")
	}
}

// A collection of a large heap is seen while it marks, and not once it has ended.
func TestSensorSeesCollections(t *testing.T) {
	type node struct {
		next *node
		_    [6]int
	}
	var head *node
	for range 1_000_000 {
		head = &node{next: head}
	}
	s := newCollectorSensor()
	for range 2 * idleLooks { // what marked when it began has ended by then, or does not count
		s.look()
		time.Sleep(100 * time.Microsecond)
	}
	deadline := time.Now().Add(time.Minute)
	seen := 0
	for seen < 3 {
		if time.Now().After(deadline) {
			t.Fatalf("%d looks during collections saw that they mark", seen)
		}
		done := make(chan struct{})
		go func() { runtime.GC(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			if s.look() {
				seen++
			}
			runtime.Gosched()
		}
	}
	marking := 0
	for range idleLooks { // but for one that may begin just now
		if s.look() {
			marking++
		}
	}
	runtime.KeepAlive(head)
	if marking > idleLooks/2 {
		t.Errorf("%d of %d looks at a heap of which nothing is collected saw that the collector marks", marking, idleLooks)
	}
}
