package main

// event is something that goes wrong.
type event struct {
	name  string // as failures.py and -observe take it
	what  string // as it stands in the table
	judge func(observation) string
}

const (
	orphansIdle = "orphans idle"
	orphansBusy = "orphans busy"
	idle        = "idle"
	initializer = "initializer"
	timeout     = "timeout"
)

var events = []event{
	{"kill", "SIGKILL in a task", observation.judge},
	{"exit", "`os._exit` (`os.Exit`) in a task", observation.judge},
	{"segfault", "segfault in a task", observation.judge},
	{"leave", "`sys.exit` (`Goexit`) in a task", observation.judge},
	{"panic", "`KeyboardInterrupt` (panic) in a task", observation.judge},
	{"result encode", "result does not encode", observation.judge},
	{"error encode", "error does not encode", observation.judgeText},
	{"error decode", "error does not decode in the parent", observation.judgeText},
	{"result decode", "result does not decode in the parent", observation.judge},
	{"argument encode", "argument does not encode", observation.judge},
	{"argument decode", "argument does not decode in the worker", observation.judge},
	{idle, "idle worker gets SIGKILL, up to 4 times", observation.judge},
	{initializer, "initializer fails", observation.judgeInitializer},
	{timeout, "two tasks hang, 0.5 s timeout", observation.judgeTimeout},
	{orphansIdle, "parent gets SIGKILL: idle workers after 2 s", observation.judgeOrphans},
	{orphansBusy, "parent gets SIGKILL: busy workers after 2 s", observation.judgeOrphans},
}
