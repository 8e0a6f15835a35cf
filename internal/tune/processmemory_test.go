package tune

import (
	"slices"
	"testing"
)

// The most that processes have held is known while they run, and added up when they have ended.
func TestProcessMemory(t *testing.T) {
	var memory ProcessMemory
	look := func(held map[int]int64) (p Processes) {
		memory.Look(held, &p)
		return p
	}
	look(map[int]int64{1: 10 * mib, 2: mib})
	p := look(map[int]int64{1: 4 * mib, 2: 17 * mib, 3: mib})
	if want := []int64{17 * mib, 10 * mib, mib}; !slices.Equal(p.Held, want) || p.Ended.Count != 0 {
		t.Errorf("got %+v, want %d, and none that has ended", p, want)
	}
	p = look(map[int]int64{3: mib})
	if want := (Footprints{2, 27 * mib, (289 + 100) * mib * mib}); p.Ended != want || len(p.Held) != 1 {
		t.Errorf("got %+v, want %+v, and one that has not ended", p, want)
	}
}

// How many processes fit that hold 50 MiB each, by what is known of them, where the limit is 1,000.
func TestProcessesThatFit(t *testing.T) {
	const each = 50 * mib
	for _, test := range []struct {
		name   string
		level  int
		calls  int64 // that have ended
		ended  Footprints
		others []int64 // of no call of the job
		beside int
		want   int
	}{
		{"no call has ended", 1, 0, Footprints{}, nil, 0, 1},
		{"no call has ended, and the level is higher", 30, 0, Footprints{}, nil, 0, 30},
		{"one has", 2, 1, Footprints{1, each, each * each}, nil, 0, 7}, // 7 · 50 + 3 · √7 · 50 < 800
		{"one has, and the level is higher", 12, 1, Footprints{1, each, each * each}, nil, 0, 12},
		{"one has, and the level is far too high", 30, 1, Footprints{1, each, each * each}, nil, 0, 16}, // 800 / 50
		{"many have", 2, 30, Footprints{30, 30 * each, 30 * each * each}, nil, 0, 18},                   // 900 / 50
		{"many have that held less", 2, 30, Footprints{30, 15 * each, 30 * each * each / 4}, nil, 0, 18},
		{"many have, and what they held varied", 2, 30, Footprints{30, 30 * each, 60 * each * each}, nil, 0, 9}, // 9 · 50 + 3 · √9 · 50 = 900
		{"workers have made calls", 2, 4, Footprints{}, nil, 0, 18},
		{"one helps with something", 2, 4, Footprints{}, []int64{mib}, 0, 18},
		{"others are of another job", 2, 4, Footprints{}, []int64{40 * mib, 40 * mib}, 1, 16}, // 820 / 50
	} {
		m := newMemory()
		reading := Reading{Memory: Memory{Limit: 1000 * mib}}
		m.look(reading, test.level)
		reading.InFlight, reading.Ended, reading.Beside = test.level, test.calls, test.beside
		reading.Processes.Held = append(slices.Repeat([]int64{each}, test.level), test.others...)
		m.look(reading, test.level)
		reading.Processes.Ended = test.ended
		m.look(reading, test.level)
		if m.cap != test.want {
			t.Errorf("%s: %d fit, want %d", test.name, m.cap, test.want)
		}
	}
}
