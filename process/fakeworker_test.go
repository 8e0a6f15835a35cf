package process

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The test binary is a worker that misbehaves on demand when fakeVariable is set: to the caps that it lists and, after a
// slash, to how it greets.
const (
	fakeVariable    = "OVERLAP_TEST_FAKE"
	fakeLogVariable = "OVERLAP_TEST_FAKE_LOG" // of the calls that were made
)

func init() {
	if how, ok := os.LookupEnv(fakeVariable); ok {
		caps, greeting, _ := strings.Cut(how, "/")
		f := &fake{caps: strings.Split(caps, ","), canceled: map[uint64]chan struct{}{}, crowd: make(chan struct{})}
		f.log, _ = os.OpenFile(os.Getenv(fakeLogVariable), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		f.serve(greeting)
		os.Exit(0)
	}
}

// fakeMisdeeds are what it does, before it answers, when it is asked for by an input, or greeted with.
var fakeMisdeeds = map[string]func(){}

type fake struct {
	caps []string
	log  *os.File

	mu       sync.Mutex
	canceled map[uint64]chan struct{}
	met      int
	crowd    chan struct{}
}

type fakeCall struct {
	ID        uint64
	Task      string
	In        *string
	Ins       []string
	Cancel    uint64
	TimeoutMS float64 `json:"timeout_ms"`
}

func (f *fake) can(what string) bool { return slices.Contains(f.caps, what) }

func (f *fake) say(format string, a ...any) { os.Stdout.WriteString(fmt.Sprintf(format, a...) + "\n") }

func (f *fake) serve(greeting string) {
	hello := `{"overlap":1,"name":"fake","tasks":["fake/do","fake/do-again","fake/do-in-time"],"window":64,"caps":["` + strings.Join(f.caps, `","`) + `"]}`
	switch greeting {
	case "garbage":
		hello = "Loading model ..."
	case "exit":
		fmt.Fprintln(os.Stderr, "no such model")
		os.Exit(4)
	case "partial":
		os.Stdout.WriteString("Loading")
		os.Exit(0)
	case "version":
		hello = `{"overlap":2,"tasks":["x"]}`
	case "no tasks":
		hello = `{"overlap":1}`
	case "long":
		hello = strings.Repeat("x", 2<<20)
	}
	if do := fakeMisdeeds[greeting]; do != nil {
		do()
	}
	f.say("%s", hello)
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return
	}
	switch greeting {
	case "notReady":
		f.say(`{"ready":false,"err":{"kind":"LicenceError","msg":"onInterrupt","trace":"at line 7"}}`)
	case "babble":
		f.say(`ready!`)
	case "log":
		f.say(`{"log":"model loaded"}`)
		f.say(`{"ready":true}`)
	default:
		f.say(`{"ready":true}`)
	}
	calls := make(chan fakeCall, 1000)
	go func() {
		for c := range calls {
			if f.can("parallel") {
				go f.do(c)
			} else {
				f.do(c)
			}
		}
		os.Exit(0)
	}()
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			close(calls)
			select {}
		}
		var c fakeCall
		if err := json.Unmarshal(line, &c); err != nil {
			fmt.Fprintf(os.Stderr, "cannot read %q\n", line)
			os.Exit(9)
		}
		if c.Cancel != 0 {
			f.mu.Lock()
			close(f.canceled[c.Cancel])
			f.mu.Unlock()
			continue
		}
		f.mu.Lock()
		f.canceled[c.ID] = make(chan struct{})
		f.mu.Unlock()
		calls <- c
	}
}

func (f *fake) do(c fakeCall) {
	if c.In != nil {
		if out := f.make(c.ID, 0, *c.In); out != "" {
			f.say(`{"id":%d,%s}`, c.ID, out)
		}
		return
	}
	var outs []string
	for item, in := range c.Ins {
		outs = append(outs, "{"+f.make(c.ID, item, in)+"}")
	}
	if slices.Contains(c.Ins, "wrong batch") {
		outs = outs[1:]
	}
	f.say(`{"id":%d,"outs":[%s]}`, c.ID, strings.Join(outs, ","))
}

// make makes a call; the result is what goes into an answer.
func (f *fake) make(id uint64, item int, in string) string {
	switch in {
	case "die unread":
		os.Exit(5)
	case "never begun":
		select {}
	case "skip unbegun":
		return `"skipped":true`
	}
	f.log.WriteString(in + "\n")
	if f.can("start") {
		f.say(`{"start":%d,"item":%d}`, id, item)
	}
	if do := fakeMisdeeds[in]; do != nil {
		do()
	}
	out := `"out":` + strconv.Quote(in)
	switch in {
	case "garbage":
		f.say("hello world")
	case "json":
		f.say(`{"status":"fine"}`)
	case "twice":
		os.Stdout.WriteString(fmt.Sprintf("{\"id\":%d,%s}\n{\"id\":%d,%s}\n", id, out, id, out))
		return ""
	case "unknown":
		f.say(`{"id":999999,"out":"x"}`)
	case "zero":
		f.say(`{"id":0,"out":"x"}`)
	case "both":
		return out + `,"err":{}`
	case "long":
		return `"out":"` + strings.Repeat("x", 2<<20) + `"`
	case "endless":
		for {
			os.Stdout.WriteString(strings.Repeat("x", 64<<10))
		}
	case "utf8":
		return "\"out\":\"caf\xe9\""
	case "exit 0":
		os.Exit(0)
	case "exit 3":
		fmt.Fprintln(os.Stderr, "out of paper")
		os.Exit(3)
	case "partial":
		os.Stdout.WriteString("Segmentation")
		os.Exit(0)
	case "kill":
		self, _ := os.FindProcess(os.Getpid())
		self.Kill()
		select {}
	case "hang":
		select {}
	case "skip":
		return `"skipped":true`
	case "skip slowly":
		time.Sleep(20 * time.Millisecond)
		return `"skipped":true`
	case "close":
		os.Stdout.Close()
		select {}
	case "mistype":
		return `"out":[1]`
	case "error":
		return `"err":{"kind":"ValueError","msg":"no picture","trace":"at line 3","retry":false}`
	case "log":
		f.say(`{"log":"half done","id":%d}`, id)
	case "cancel":
		f.mu.Lock()
		canceled := f.canceled[id]
		f.mu.Unlock()
		f.say(`{"log":"waiting"}`)
		<-canceled
		return `"err":{"kind":"Canceled","msg":"told to stop"}`
	case "meet": // four at a time
		f.mu.Lock()
		if f.met++; f.met == 4 {
			close(f.crowd)
		}
		f.mu.Unlock()
		<-f.crowd
	}
	return out
}
