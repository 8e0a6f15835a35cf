package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/overlap"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/cluster"
)

// asRole as the first argument makes this program one party of a cluster, the next argument says which.
const asRole = "role"

// peaks has so many no-op calls made, for each of the counts, by a submitter, an engine and a worker that are processes of
// their own, and prints the most memory that each of them had.
func peaks(ctx context.Context, counts []int, out, progress io.Writer) error {
	var table [][]string
	for _, calls := range counts {
		fmt.Fprintf(progress, "%d calls\n", calls)
		row, err := peaksOf(ctx, calls)
		if err != nil {
			return fmt.Errorf("%d calls: %w", calls, err)
		}
		table = append(table, row)
	}
	return markdown.Table(out, []string{"calls", "took", "a call", "submitter", "engine", "worker"}, table)
}

func peaksOf(ctx context.Context, calls int) (row []string, err error) {
	engine, err := startRole(ctx, "engine")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.end()) }()
	join, submit, _ := strings.Cut(engine.said, " ")
	worker, err := startRole(ctx, "worker", join)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, worker.end()) }()
	submitter, err := startRole(ctx, "submitter", submit, strconv.Itoa(calls))
	if err != nil {
		return nil, err
	}
	took, err := time.ParseDuration(submitter.said)
	if err = errors.Join(err, submitter.end(), worker.end(), engine.end()); err != nil {
		return nil, err
	}
	return []string{strconv.Itoa(calls), spread.Duration(float64(took)), spread.Duration(float64(took) / float64(calls)),
		submitter.peak(), engine.peak(), worker.peak()}, nil
}

// party is a process that plays a role until its standard input ends.
type party struct {
	role  string
	said  string // its first line
	child *exec.Cmd
	until io.Closer
	ended bool
}

// startRole starts a process and waits for its first line.
func startRole(ctx context.Context, role string, arguments ...string) (*party, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &party{role: role, child: exec.CommandContext(ctx, program, append([]string{asRole, role}, arguments...)...)}
	p.child.Stderr = os.Stderr
	until, err := p.child.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.until = until
	says, err := p.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.child.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the %s has said nothing: %w", role, err), p.end())
	}
	p.said = strings.TrimSpace(line)
	return p, nil
}

// end has the process end, and waits for that. It may be called more than once.
func (p *party) end() error {
	if p.ended {
		return nil
	}
	p.ended = true
	_ = p.until.Close()
	if err := p.child.Wait(); err != nil {
		return fmt.Errorf("the %s: %w", p.role, err)
	}
	return nil
}

// peak is the most memory that a process which has ended had in RAM.
func (p *party) peak() string {
	usage, ok := p.child.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return "?"
	}
	return fmt.Sprintf("%.0f MB", float64(usage.Maxrss)*1024/1e6) // Linux counts in KiB
}

// play plays a role in this process.
func play(ctx context.Context, role string, arguments []string) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end()
	}()
	switch {
	case role == "engine" && len(arguments) == 0:
		engine, err := cluster.Start()
		if err != nil {
			return err
		}
		fmt.Println(engine.Join(), engine.Submit())
		<-ctx.Done()
		return engine.Close()
	case role == "worker" && len(arguments) == 1:
		fmt.Println("joins")
		return cluster.Work(ctx, arguments[0], overlap.Pool(1), 1)
	case role == "submitter" && len(arguments) == 2:
		calls, err := strconv.Atoi(arguments[1])
		if err != nil {
			return err
		}
		return submitAll(ctx, arguments[0], calls)
	}
	return fmt.Errorf("no role %s with %d arguments", role, len(arguments))
}

// window is how many of the calls may be between their input and their result: several chunks, which short calls fill.
const window = 1 << 15

// submitAll has numbers incremented, checks that each of them was, and prints how long that took.
func submitAll(ctx context.Context, url string, calls int) error {
	x, err := cluster.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer x.Close()
	if err := x.Ready(ctx); err != nil {
		return err
	}
	start := time.Now()
	got, sum := 0, 0
	for r := range overlap.Stream(ctx, x, increment, func(yield func(int) bool) {
		for i := 0; i < calls && yield(i); i++ {
		}
	}, overlap.Window(window)) {
		if r.Err != nil || r.Value != r.Index+1 {
			return fmt.Errorf("result %d is %d: %w", r.Index, r.Value, r.Err)
		}
		got, sum = got+1, sum+r.Index
	}
	if want := calls * (calls - 1) / 2; got != calls || sum != want {
		return fmt.Errorf("%d results whose places add up to %d, instead of %d that do to %d", got, sum, calls, want)
	}
	fmt.Println(time.Since(start))
	return nil
}
