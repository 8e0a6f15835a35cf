package overlaptest

// need is what a behaviour needs of the executor, or of the suite's surroundings, to be stated.
type need uint

const (
	memory      need = 1 << iota // calls share this process's memory
	background                   // calls run while nobody waits for them
	limit                        // a limit that is known
	sharedLimit                  // and that holds over all jobs
	unlimited                    // all calls run at once
	several                      // four calls at once, if they wait in Await
	lending                      // a call that waits for calls of its own job does not keep them from running
	timeout                      // Timeout holds without the task's help
	bubble                       // virtual time
	onCaller                     // calls run on the goroutine that waits
	cooperative                  // Await lets others run
	inGo                         // tasks are Go's
	told                         // a call that runs is told that it has been canceled
	threads                      // real threads and real time; every executor has them
)

// misses says what of the needs the executor does not have, or nothing.
func (s *suite) misses(needs need) string {
	for _, n := range []struct {
		need need
		has  bool
		why  string
	}{
		{memory, !s.OtherProcess, "it needs shared memory"},
		{background, !s.OnCaller, "calls must run while nobody waits for them"},
		{limit, s.Limit > 0, "it needs a limit that is known"},
		{sharedLimit, s.Limit > 0 && !s.LimitPerJob, "it needs a limit that jobs share"},
		{unlimited, s.Limit == Unlimited, "it needs an executor without a limit"},
		{several, s.Limit == Unlimited || s.Limit >= 4 || s.Cooperative, "it needs four calls at once"},
		{lending, !s.KeepsWorker && !s.OnCaller, "a call that waits keeps its worker"},
		{timeout, !s.NoTimeout, "timeouts are left to the task"},
		{bubble, !s.RealTime, "it needs virtual time"},
		{onCaller, s.OnCaller, "calls must run on the caller"},
		{cooperative, s.Cooperative, "Await must let other calls run"},
		{inGo, !s.OtherLanguage, "its tasks are in another language"},
		{told, !s.NotTold, "calls are not told of a cancel"},
	} {
		if needs&n.need != 0 && !n.has {
			return n.why
		}
	}
	return ""
}
