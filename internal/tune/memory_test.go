package tune

import "testing"

const mib = 1 << 20

func TestMemoryCap(t *testing.T) {
	m := newMemory()
	m.look(Reading{Memory: Memory{Used: 10 * mib, Limit: 1024 * mib}}, 1)
	if m.cap != 0 {
		t.Errorf("before any call: cap %d, want none", m.cap)
	}
	m.look(Reading{InFlight: 2, Memory: Memory{Used: 138 * mib, Limit: 1024 * mib}}, 1)
	if m.cap != 12 { // (0.8 · 1024 - 10) / 64
		t.Errorf("two calls of 64 MiB: cap %d, want 12", m.cap)
	}
	m.look(Reading{InFlight: 4, Memory: Memory{Used: 700 * mib, Live: 266 * mib, Cycles: 1, Limit: 1024 * mib}}, 1)
	if m.cap != 14 { // (0.9 · 1024 - 10) / 64
		t.Errorf("after a collection: cap %d, want 14", m.cap)
	}
	m.look(Reading{InFlight: 9, Memory: Memory{Used: 1000 * mib, Live: 266 * mib, Cycles: 1, Limit: 1024 * mib}}, 1)
	if m.cap != 9 {
		t.Errorf("when nearly all is used: cap %d, want no more than are in flight", m.cap)
	}
}

func TestMemoryDoesNotBoundSmallCalls(t *testing.T) {
	m := newMemory()
	for range 3 {
		m.look(Reading{InFlight: 100_000, Memory: Memory{Used: 10 * mib, Limit: 64 * mib}}, 1)
	}
	if m.cap != 0 {
		t.Errorf("cap %d, want none", m.cap)
	}
}

// What this machine says makes sense, whatever it is.
func TestSensor(t *testing.T) {
	var r Reading
	NewSensor().Measure(&r)
	if r.Running < 0 || r.Runnable < 0 || r.Blocked < 0 || r.Delay < 0 {
		t.Errorf("got %+v", r)
	}
	if m := r.Memory; m.Used <= 0 || m.Limit < 0 || m.Others < 0 || m.Limit > 0 && m.Limit < m.Used/2 {
		t.Errorf("got %+v", m)
	}
}

// Where the first calls had filled the memory before anybody looked, what was used then is not what the process needs
// without them.
func TestMemoryOfCallsThatBeganBeforeTheFirstLook(t *testing.T) {
	m := newMemory()
	m.look(Reading{InFlight: 16, Memory: Memory{Used: 1000 * mib, Live: 512 * mib, Cycles: 1, Limit: 1024 * mib}}, 1)
	m.look(Reading{InFlight: 16, Memory: Memory{Used: 1010 * mib, Live: 1010 * mib, Cycles: 2, Limit: 1024 * mib}}, 1)
	if m.cap != 14 { // 0.9 · 1024 / 63
		t.Errorf("cap %d, want 14", m.cap)
	}
}

// Memory that others fill stops the growth, also of calls that need little.
func TestMemoryThatOthersFill(t *testing.T) {
	m := newMemory()
	m.look(Reading{Memory: Memory{Used: 10 * mib, Limit: 1024 * mib}}, 1)
	m.look(Reading{InFlight: 100, Memory: Memory{Used: 10 * mib, Others: 1000 * mib, Limit: 1024 * mib}}, 1)
	if m.cap != 100 {
		t.Errorf("cap %d, want those in flight", m.cap)
	}
}
