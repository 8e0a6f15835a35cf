package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"example.com/overlap"
)

// Python is a program in Python that has tasks by overlap_worker.py, see the package process, and runs them under
// Python's own strategies. It implements [Runner] for those that [Python.Strategies] lists: each measurement in a fresh
// process of the program, with the rules that hold for Go, and a clock that is the same.
type Python struct {
	command     []string
	environment []string
}

// NewPython gives it by the command that starts the program, and variables NAME=VALUE to add to its environment.
// Nothing is started.
func NewPython(command []string, environment ...string) *Python {
	return &Python{command, append(environment, "OVERLAP_LINE=measure")}
}

// AboutPython is what a program says of Python and of a task.
type AboutPython struct {
	Version string `json:"version"`
	Method  string `json:"method"` // how multiprocessing starts processes: fork, forkserver or spawn
	Async   bool   `json:"async"`  // the task is an async def
	GIL     bool   `json:"gil"`    // one thread computes at a time
}

// About asks the program. It is an error if that is not one with overlap_worker.py.
func (p *Python) About(ctx context.Context, task string) (AboutPython, error) {
	var said struct {
		AboutPython
		Error string `json:"error"`
	}
	if _, err := p.ask(ctx, pythonOrder{Strategy: "about", Task: task}, &said); err != nil {
		return AboutPython{}, err
	}
	if said.Error != "" || said.Version == "" {
		return AboutPython{}, fmt.Errorf("%s cannot run the task %s under Python's strategies: %s", p.command[0], task,
			said.Error)
	}
	return said.AboutPython, nil
}

// Strategies are the rows of a comparison. One that is named processes as well can be measured by another [Runner].
func (p *Python) Strategies(about AboutPython) []Strategy {
	pool := func(name string) string { return fmt.Sprintf("%s, %s", name, about.Method) }
	gather := "asyncio.to_thread"
	if about.Async {
		gather = "asyncio.gather"
	}
	return []Strategy{
		{Name: "sync", Python: "the plain loop"},
		{Name: "threads", Python: "threading.Thread per item", SharesGIL: about.GIL, Scales: "threads"},
		{Name: "pool", Python: "ThreadPoolExecutor", SharesGIL: about.GIL, Scales: "pool"},
		{Name: "async", Python: gather, SharesGIL: about.GIL, Scales: "async"},
		scaling("multiprocessing.Pool", pool("multiprocessing.Pool")),
		scaling("ProcessPoolExecutor", pool("ProcessPoolExecutor.submit")),
	}
}

// pythonOrder is what overlap_measure.py is told.
type pythonOrder struct {
	Strategy string            `json:"strategy"`
	Task     string            `json:"task"`
	Inputs   []json.RawMessage `json:"inputs"`
	Workers  int               `json:"workers,omitempty"`
	Warmup   int               `json:"warmup,omitempty"`
	ProbeGIL bool              `json:"probe_gil,omitempty"`
}

// pythonReply is what it says. Times are in seconds, since the start of the job.
type pythonReply struct {
	Error     string            `json:"error"`
	Wall      float64           `json:"wall"`
	CPU       *float64          `json:"cpu"`
	CoreWait  *float64          `json:"core_wait"`
	Peak      *int64            `json:"peak"`
	UnseenCPU *float64          `json:"unseen_cpu"`
	GILWait   *float64          `json:"gil_wait"`
	Starts    []float64         `json:"starts"`
	Ends      []float64         `json:"ends"`
	Processes int               `json:"processes"`
	Threads   int               `json:"threads"`
	Outs      []string          `json:"outs"`
	Errors    map[string]string `json:"errors"` // by index
}

// Measure implements [Runner]. A Timeout is an error: Python cannot end a call of its own.
func (p *Python) Measure(ctx context.Context, order Order) (*Measurement, error) {
	task, found := overlap.Lookup(order.Task)
	switch {
	case !found:
		return nil, fmt.Errorf("there is no task %q in this program", order.Task)
	case order.Timeout > 0:
		return nil, errors.New("a timeout is of no use under Python's strategies, which cannot end a call: leave it out")
	case order.Retries > 0:
		return nil, errors.New("retries are of no use under Python's strategies: leave them out")
	}
	inputs, err := order.Inputs.Decode(task)
	if err != nil {
		return nil, err
	}
	to := pythonOrder{
		Strategy: order.Strategy, Task: order.Task, Workers: min(order.Workers, len(inputs)), Warmup: order.Warmup,
		ProbeGIL: order.ProbeGIL,
	}
	for _, input := range inputs {
		text, err := json.Marshal(input)
		if err != nil {
			return nil, err
		}
		to.Inputs = append(to.Inputs, text)
	}
	var said pythonReply
	load, err := p.ask(ctx, to, &said)
	switch {
	case err != nil:
		return nil, err
	case said.Error != "":
		return nil, errors.New(said.Error)
	case len(said.Outs) != len(inputs) || len(said.Starts) != len(inputs) || len(said.Ends) != len(inputs):
		return nil, fmt.Errorf("%s made %d calls of %d", p.command[0], len(said.Outs), len(inputs))
	}
	m := said.measurement(order.Task, order.Workers)
	if load != nil && said.UnseenCPU != nil && said.Wall > 0 {
		load = new(max(0, *load-*said.UnseenCPU/said.Wall))
	}
	m.OthersBusy = load
	return m, nil
}

// measurement is what it says of a task's calls, of which so many could run at once; 0 where that was not given.
func (r pythonReply) measurement(task string, workers int) *Measurement {
	m := &Measurement{
		WallSeconds: r.Wall, CPUSeconds: r.CPU, CoreWaitSeconds: r.CoreWait, PeakMemoryBytes: r.Peak, Calls: len(r.Outs),
		Failed: len(r.Errors), RanOn: &RanOn{Processes: r.Processes, Threads: r.Threads},
	}
	if r.CPU != nil && r.Wall > 0 {
		m.CoresBusy = new(*r.CPU / r.Wall)
	}
	values, failed := make([]any, len(r.Outs)), map[int]overlap.Outcome{}
	events := newRecorder(len(r.Outs))
	for i, out := range r.Outs {
		values[i] = out
		events.first[i] = span{pythonTime(r.Starts[i]), pythonTime(r.Ends[i])}
		events.outcomes[i] = overlap.Succeeded
		if text, ok := r.Errors[strconv.Itoa(i)]; ok {
			failed[i], events.outcomes[i] = overlap.Failed, overlap.Failed
			if len(m.FailureSample) < 3 {
				m.FailureSample = append(m.FailureSample, fmt.Sprintf("%s[%d]: %s", task, i, text))
			}
		}
	}
	m.GILWaitSeconds = r.GILWait
	m.Answers = hashAnswers(values, failed)
	attempts, wall := events.attempts(), pythonTime(r.Wall)
	m.addCalls(attempts, wall)
	used := used{cpu: r.CPU}
	if r.CoreWait != nil {
		used.coreWait = *r.CoreWait
	}
	m.Where = divide(spansOf(attempts), nil, len(r.Outs), workers, wall, used)
	return m
}

func pythonTime(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// ask starts the program, sends it an order and reads what it says. load is how many cores others kept busy.
func (p *Python) ask(ctx context.Context, order pythonOrder, said any) (load *float64, err error) {
	cmd := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	cmd.Env = append(os.Environ(), p.environment...)
	return askChild(ctx, cmd, order, func(stdout []byte) bool { return json.Unmarshal(lastLine(stdout), said) == nil })
}

// lastLine leaves out what was printed before, such as by code in C.
func lastLine(text []byte) []byte {
	text = bytes.TrimSpace(text)
	return text[bytes.LastIndexByte(text, '\n')+1:]
}
