//go:build unix

package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap/durable"
)

// This binary, started again, is an engine, or a submitter, whose folder a variable names.
const (
	engineVariable = "CLUSTER_TEST_ENGINE"
	submitVariable = "CLUSTER_TEST_SUBMIT"
)

// beEngine is an engine until it is killed. Its keys and its address are in the folder, and so are the two lines, once it runs.
func beEngine(folder string) error {
	address := "127.0.0.1:0"
	if text, err := os.ReadFile(filepath.Join(folder, "address")); err == nil {
		address = string(text)
	}
	var e *Engine
	err := insist(func() (err error) {
		e, err = Start(Listen(address), Keys(filepath.Join(folder, "keys.json")))
		return err
	})
	if err != nil {
		return err
	}
	at, err := parseTicket(e.Join())
	if err != nil {
		return err
	}
	err = errors.Join(writeWhole(filepath.Join(folder, "address"), at.address),
		writeWhole(filepath.Join(folder, "lines"), e.Join()+"\n"+e.Submit()))
	if err != nil {
		return err
	}
	select {}
}

// beSubmitter doubles numbers until the folder has a file end that says how many there are. A submitter that was killed is
// followed by another one, which goes on.
func beSubmitter(folder string) error {
	silence = time.Second
	url, err := os.ReadFile(filepath.Join(folder, "submit"))
	if err != nil {
		return err
	}
	var x *Executor
	err = insist(func() (err error) {
		x, err = Connect(context.Background(), string(url))
		return err
	})
	if err != nil {
		return err
	}
	inputs := func(yield func(int) bool) {
		for i, end := 0, -1; end < 0 || i < end; i++ {
			if text, err := os.ReadFile(filepath.Join(folder, "end")); end < 0 && err == nil {
				end, _ = strconv.Atoi(string(text))
			}
			if !yield(i) {
				return
			}
		}
	}
	file := durable.File{Name: filepath.Join(folder, "results.jsonl"), Ordered: true}
	for r := range durable.Stream(context.Background(), x, slowly, inputs, file) {
		if r.Index < 0 {
			return r.Err
		}
	}
	return x.Close()
}

// insist tries something until it succeeds, for some time.
func insist(try func() error) (err error) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = try(); err == nil {
			return nil
		}
	}
	return err
}

func init() { others[engineVariable], others[submitVariable] = beEngine, beSubmitter }

func writeWhole(name, text string) error {
	return errors.Join(os.WriteFile(name+".new", []byte(text), 0o600), os.Rename(name+".new", name))
}

// startSelf starts this binary with a variable, and kills it when the test ends.
func startSelf(t *testing.T, variable, value string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	cmd.Env = append(os.Environ(), variable+"="+value)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return cmd
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// chaos is all that takes part in a job.
type chaos struct {
	t                         *testing.T
	folder                    string
	random                    *rand.Rand
	toWorkers, toSubmitter    *proxy
	engine, submitter         *exec.Cmd
	workers                   []*exec.Cmd
	joined                    string
	kills, pauses, cuts, ends int
}

// again kills a process and starts another in its place. A submitter that has ended its job stays so.
func (c *chaos) again(of **exec.Cmd, variable, value string) {
	c.kills++
	_ = (*of).Process.Kill()
	_ = (*of).Wait()
	*of = startSelf(c.t, variable, value)
}

// pause stops a process for a while.
func (c *chaos) pause(p *os.Process) {
	c.pauses++
	_ = p.Signal(syscall.SIGSTOP)
	time.AfterFunc(time.Duration(c.random.IntN(3000))*time.Millisecond, func() { _ = p.Signal(syscall.SIGCONT) })
}

// cutFor has nothing pass for a while, or slowly.
func (c *chaos) cutFor(p *proxy) {
	c.cuts++
	if c.random.IntN(3) == 0 {
		p.setDelay(time.Duration(c.random.IntN(50)) * time.Millisecond)
		time.AfterFunc(time.Second, func() { p.setDelay(0) })
		return
	}
	p.setCut(true)
	time.AfterFunc(time.Duration(c.random.IntN(2000))*time.Millisecond, func() { p.setCut(false) })
}

// strike has one thing go wrong.
func (c *chaos) strike() {
	worker := &c.workers[c.random.IntN(len(c.workers))]
	switch n := c.random.IntN(20); {
	case n < 6:
		c.again(worker, joinVariable, c.joined)
	case n < 8:
		c.ends++
		_ = (*worker).Process.Signal(syscall.SIGTERM)
		*worker = startSelf(c.t, joinVariable, c.joined)
	case n < 11:
		c.pause((*worker).Process)
	case n < 13:
		c.again(&c.engine, engineVariable, c.folder)
	case n < 14:
		c.pause(c.engine.Process)
	case n < 16:
		c.again(&c.submitter, submitVariable, c.folder)
	case n < 17:
		c.pause(c.submitter.Process)
	case n < 19:
		c.cutFor(c.toWorkers)
	default:
		c.cutFor(c.toSubmitter)
	}
}

// Whatever becomes of workers, the engine, the submitter and the connections between them (killed, stopped for a while, cut,
// slow), each input has one result in the end, and the right one. CLUSTER_CHAOS says for how long.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 15 s")
	}
	t.Parallel()
	lasts := 6 * time.Second
	if text := os.Getenv("CLUSTER_CHAOS"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		lasts = d
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &chaos{t: t, folder: t.TempDir(), random: rand.New(rand.NewPCG(seed, 0))}
	c.engine = startSelf(t, engineVariable, c.folder)
	lines := filepath.Join(c.folder, "lines")
	eventually(t, "the engine says how to come to it", func() bool { _, err := os.Stat(lines); return err == nil })
	text, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	join, submit, _ := strings.Cut(string(text), "\n")
	c.toWorkers, c.joined = through(t, join)
	var submitted string
	c.toSubmitter, submitted = through(t, submit)
	if err := writeWhole(filepath.Join(c.folder, "submit"), submitted); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c.workers = append(c.workers, startSelf(t, joinVariable, c.joined))
	}
	c.submitter = startSelf(t, submitVariable, c.folder)
	for end := time.Now().Add(lasts); time.Now().Before(end); {
		time.Sleep(time.Duration(c.random.IntN(800)) * time.Millisecond)
		c.strike()
	}
	const window = 500 // of inputs that a submitter draws ahead, at most
	total := c.results() + window
	if err := writeWhole(filepath.Join(c.folder, "end"), strconv.Itoa(total)); err != nil {
		t.Fatal(err)
	}
	c.finish(lasts + time.Minute)
	t.Logf("%d calls; %d kills, %d ends, %d pauses, %d cuts", total, c.kills, c.ends, c.pauses, c.cuts)
	c.check(total)
}

// through is a join string that leads through a proxy.
func through(t *testing.T, join string) (*proxy, string) {
	t.Helper()
	at, err := parseTicket(join)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, at.address)
	at.address = p.address()
	return p, at.String()
}

// results counts how many the job has so far.
func (c *chaos) results() int {
	text, err := os.ReadFile(filepath.Join(c.folder, "results.jsonl.part"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// finish waits for the job to end, and starts a submitter where the last one was killed before it could come to the engine.
func (c *chaos) finish(within time.Duration) {
	for deadline := time.Now().Add(within); ; {
		over := make(chan error, 1)
		go func() { over <- c.submitter.Wait() }()
		select {
		case err := <-over:
			if err == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
			c.submitter = startSelf(c.t, submitVariable, c.folder)
		case <-time.After(time.Until(deadline)):
			c.t.Fatal("the job does not come to its end")
		}
	}
}

// check reads the results, which are in the order of the inputs.
func (c *chaos) check(total int) {
	f, err := os.Open(filepath.Join(c.folder, "results.jsonl"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for ; lines.Scan(); n++ {
		var r struct {
			Index, Input, Value int
			Error               string
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil || r.Index != n || r.Input != n || r.Value != 2*n || r.Error != "" {
			c.t.Fatalf("line %d is %s, %v", n, lines.Text(), err)
		}
	}
	if n != total || lines.Err() != nil {
		c.t.Errorf("%d inputs have %d results, %v", total, n, lines.Err())
	}
}
