package tune

import (
	"testing"
	"testing/synctest"
	"time"
)

// Of calls that hold a thread each, no more are in flight than there may be threads, less what Go wants for itself and others
// may.
func TestCallsThatHoldAThreadAreBoundByTheRoom(t *testing.T) {
	for _, room := range []int{20, 60, 100, 300} {
		c := New(Settings{Cores: 2})
		r := Reading{Wanted: 5000, Left: -1}
		var last Advice
		for range 200 {
			r.At += ms
			r.InFlight = c.Level()
			r.Blocked, r.Room = r.InFlight+1, room
			if last = c.Look(r); last.Level > room-room/spareOf-2-spareThreads {
				t.Fatalf("of %d: %d in flight", room, last.Level)
			}
		}
		if last.Bound != ByThreads && last.Level < Blind || last.Level < min(Blind, room/3) {
			t.Errorf("of %d: in the end %+v", room, last)
		}
	}
}

// Calls that wait for a network take no thread.
func TestCallsThatHoldNoThreadAreNotBoundByTheRoom(t *testing.T) {
	c := New(Settings{Cores: 2})
	r := Reading{Wanted: 5000, Left: -1, Blocked: 3, Room: 60}
	for range 50 {
		r.At += ms
		r.InFlight = c.Level()
		c.Look(r)
	}
	if c.Level() < Blind {
		t.Errorf("%d in flight, want %d", c.Level(), Blind)
	}
}

// Calls that hold a thread, and start a process each, which leaves less room the more there are.
func TestCallsThatTakeMoreThanAThread(t *testing.T) {
	c := New(Settings{Cores: 2})
	r := Reading{Wanted: 5000, Left: -1}
	most := 0
	for range 100 {
		r.At += 10 * ms
		r.InFlight = c.Level()
		r.Blocked, r.Room = r.InFlight, 100-r.InFlight
		most = max(most, c.Look(r).Level)
	}
	if c.Level() < 30 || c.Level() > 45 {
		t.Errorf("%d in flight, want some 40", c.Level())
	}
}

// What commands take is seen of those that run.
func TestCommandsAreBoundByTheRoom(t *testing.T) {
	for _, test := range []struct{ room, each int }{{60, 1}, {100, 1}, {100, 8}, {1000, 8}, {20, 1}} {
		c := New(Settings{Cores: 2, Processes: true, Room: test.room})
		r := Reading{Wanted: 5000, Left: -1}
		var last Advice
		for range 300 {
			r.At += 5 * ms
			r.InFlight = c.Level()
			r.Blocked = r.InFlight
			r.Processes = Processes{Known: true, Threads: test.each * r.InFlight, Room: test.room}
			if taken := r.Processes.Threads + r.Blocked; taken > test.room-test.room/spareOf-2-spareThreads {
				t.Fatalf("%+v: %d are taken by %d calls", test, taken, r.InFlight)
			}
			last = c.Look(r)
		}
		if last.Bound != ByThreads || c.Level() < test.room/(test.each+1)/2 {
			t.Errorf("%+v: in the end %+v", test, last)
		}
	}
}

// Also the calls to begin with are no more.
func TestRoomToBeginWith(t *testing.T) {
	for _, test := range []struct {
		settings Settings
		want     int
	}{
		{Settings{Cores: 2, Start: 1000, Room: 100}, 100 - 12 - 2 - spareThreads},
		{Settings{Cores: 64, Processes: true, Room: 100}, (100 - 12 - 64 - spareThreads) / leastEach},
		{Settings{Cores: 64, Processes: true, Room: 10}, 1},
		{Settings{Cores: 2, Start: 1000}, 1000},
	} {
		if got := New(test.settings).Level(); got != test.want || test.settings.Level() != got {
			t.Errorf("%+v: begins with %d, want %d", test.settings, got, test.want)
		}
	}
}

// The room is what is left with what is taken, is read every so often, and stays where it cannot be read.
func TestRoomIsReadAsOftenAsIsCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked, known := newThreadSensor(), 0, true
		s.left = func() (int, bool) {
			time.Sleep(100 * time.Microsecond)
			asked++
			return 90, known
		}
		for i := range 100 {
			if room := s.look(time.Now(), 10); room != 100 {
				t.Fatalf("room for %d, want 100", room)
			}
			known = i < 50
			time.Sleep(10 * ms)
		}
		if asked < 18 || asked > 21 { // each 50 ms
			t.Errorf("asked %d times in a second, want 20 times", asked)
		}
		s.left = func() (int, bool) { return 1 << 40, true }
		time.Sleep(time.Second)
		if room := s.look(time.Now(), 10); room != 0 {
			t.Errorf("room for %d where there is no limit, want 0", room)
		}
	})
}
