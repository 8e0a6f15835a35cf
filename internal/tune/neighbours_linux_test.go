package tune

import (
	"testing"
	"time"
)

func TestNeighbours(t *testing.T) {
	var n neighbourSensor
	now := time.Now()
	var machine machineTime
	var cpu time.Duration
	pass := func(ours, others, idle time.Duration) Neighbours {
		now, cpu = now.Add(100*ms), cpu+ours
		machine.busy += ours + others
		machine.idle += idle
		return n.look(now, cpu, func() (machineTime, bool) { return machine, true })
	}
	pass(0, 0, 0)
	for _, test := range []struct {
		name               string
		ours, others, idle time.Duration
		want               Neighbours
	}{
		{"alone", 200 * ms, 0, 0, Neighbours{}},
		{"one core is another's", 100 * ms, 100 * ms, 0, Neighbours{Used: 1, Full: true}},
		{"another uses a core, and one is idle", 0, 100 * ms, 100 * ms, Neighbours{Used: 1}},
		{"nothing is done", 0, 0, 200 * ms, Neighbours{}},
	} {
		if got := pass(test.ours, test.others, test.idle); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
	if got := n.look(now.Add(time.Hour), cpu, func() (machineTime, bool) { return machineTime{}, false }); got != (Neighbours{}) {
		t.Errorf("got %+v where the system does not tell", got)
	}
	now = now.Add(time.Hour)
	if got := pass(0, 100*ms, 100*ms); got != (Neighbours{}) {
		t.Errorf("got %+v when the system tells again, which says nothing of a time", got)
	}
	if got := pass(0, 100*ms, 100*ms); got.Used != 1 {
		t.Errorf("got %+v after that, want one core", got)
	}
}

func TestParseMachineTime(t *testing.T) {
	got, ok := parseMachineTime([]byte("cpu  10 20 30 400 50 6 7 8 9 10\ncpu0 1"))
	if want := (machineTime{busy: 810 * ms, idle: 4500 * ms}); !ok || got != want {
		t.Errorf("got %v %v, want %v", got, ok, want)
	}
	for _, bad := range []string{"", "cpu", "cpu 1 2", "cpu 1 2 x 4 5 6 7 8", "intr 1 2 3 4 5 6"} {
		if _, ok := parseMachineTime([]byte(bad)); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
