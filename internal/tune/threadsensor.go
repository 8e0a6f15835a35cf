package tune

import (
	"math"
	"time"
)

// leastRoomFor is for how long at least what the system says of processes and threads holds.
const leastRoomFor = 10 * time.Millisecond

// threadSensor reads how many processes and threads there may be, as often as is cheap.
type threadSensor struct {
	left func() (int, bool) // how many more there may be

	room int
	at   time.Time     // when it was read
	took time.Duration // how long that took
}

func newThreadSensor() threadSensor { return threadSensor{left: ThreadsLeft} }

// look is given the time, and how many processes and threads there are now that count as the job's. It says how many of
// them there may be; 0: any number, or it is not known. To have more of them leaves less and changes nothing about that.
func (s *threadSensor) look(now time.Time, taken int) (room int) {
	if !isOld(now, s.at, max(leastRoomFor, limitFor*s.took)) {
		return s.room
	}
	begun := time.Now()
	left, ok := s.left()
	s.at, s.took = now, time.Since(begun)
	switch {
	case !ok: // as it was
	case left > math.MaxInt32:
		s.room = 0
	default:
		s.room = max(1, left+taken)
	}
	return s.room
}
