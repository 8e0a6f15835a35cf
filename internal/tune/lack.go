package tune

// rarestLack is tryRounds at most for what a machine lacks, since to try costs little: a call is made again. Half or twice changes nothing
// but what is tried (TestLackIsTriedAgain).
const rarestLack = 64

// lack says for how many calls there is what the machine has too little of: descriptors, processes, ports. How many of those
// there are is seen of calls that met the limit: those beside them have what they need.
type lack struct {
	limit inFlightLimit
	of    Bound
}

// met is told that a call has met the limit while so many others ran.
func (l *lack) met(r Reading, of Bound, others int) {
	l.of = of
	others = max(1, others)
	switch {
	case l.limit.isTried() && float64(others) > alike*float64(l.limit.proven):
		l.limit.fail(r)
		l.limit.every = min(l.limit.every, rarestLack)
		l.limit.tryLater(r)
	case l.limit.cap == 0 || others < l.limit.cap:
		l.limit.set(others, tryRounds, r)
	}
}

// look takes a reading, and has it tried now and then whether there is enough for more.
func (l *lack) look(r Reading) {
	if l.limit.cap > 0 {
		l.limit.try(r, typical(r))
	}
}

// bounds reports whether that is what a level is kept down by.
func (l *lack) bounds(level int) bool { return l.limit.cap > 0 && level >= l.limit.cap }
