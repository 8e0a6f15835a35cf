package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"time"

	"example.com/overlap/internal/lifeline"
)

const (
	startTime = 15 * time.Second // for the URL; starting takes milliseconds
	closeTime = 5 * time.Second  // for the process to end by itself
)

// Process is a server that runs as a process of its own. Its methods are safe to use from several goroutines.
type Process struct {
	url    string
	cmd    *exec.Cmd
	line   *lifeline.Line
	stderr lifeline.Output
	ended  chan struct{} // closed when the process has ended
	err    error         // how it ended; read after ended
	close  func() error
}

// Start runs a server on a free port of this machine as a process of its own, and returns once it is ready. The
// process is argv with arguments appended; it must register [Config.Flags] and [RunFlags] and call [Run].
//
// It ends when Close is called and when this process ends, however it does: by returning, a panic, os.Exit or a kill.
// Ctrl-C in a terminal does not reach it, so that it still answers while this process finishes its work. The end of
// ctx gives up the start; it does not end a server that has started.
//
// It is an error if config is not valid, if the program cannot be run, or if it does not come up within 15 seconds;
// the error has what the program wrote to its standard error. It panics if argv is empty.
func Start(ctx context.Context, argv []string, config Config) (*Process, error) {
	if len(argv) == 0 {
		panic("target: Start needs the program to run: argv is empty")
	}
	if err := config.Validate(); err != nil {
		return nil, err
	}
	args := append(argv[1:len(argv):len(argv)], "--"+addressFlag, "127.0.0.1:0", "--"+withParentFlag)
	cmd := exec.Command(argv[0], append(args, config.Args()...)...)
	cmd.WaitDelay = closeTime
	first := &firstLine{line: make(chan string, 1)}
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = first, &p.stderr
	p.close = sync.OnceValue(p.end)

	var err error
	if p.line, err = lifeline.Tie(cmd); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("target: cannot start the server: %w", err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	if p.url, err = p.ready(ctx, first); err != nil {
		_ = cmd.Process.Kill()
		<-p.ended
		return nil, fmt.Errorf("target: the server %s did not start: %w%s", strings.Join(argv, " "), err, p.wrote())
	}
	return p, nil
}

// ready waits for the server's URL.
func (p *Process) ready(ctx context.Context, first *firstLine) (string, error) {
	timer := time.NewTimer(startTime)
	defer timer.Stop()
	select {
	case line := <-first.line:
		if at, err := url.Parse(line); err != nil || at.Scheme != "http" || at.Port() == "" {
			return "", fmt.Errorf("it wrote %q where its URL was expected", line)
		}
		return line, nil
	case <-p.ended:
		if p.err == nil {
			return "", errors.New("it ended without a word")
		}
		return "", p.err
	case <-timer.C:
		return "", fmt.Errorf("it wrote no URL for %v", startTime)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// PID is the server's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// URL returns where the server answers, without a slash at the end: http://127.0.0.1:41234.
func (p *Process) URL() string { return p.url }

// Close ends the server and waits until it is gone, cutting off requests that are being served. It is an error if the
// server had ended before by itself, or did not end when it should. A second Close returns what the first did.
func (p *Process) Close() error { return p.close() }

func (p *Process) end() error {
	select {
	case <-p.ended:
		return fmt.Errorf("target: the server had ended before it was closed: %w%s", exitError(p.err), p.wrote())
	default:
	}
	_ = p.line.Close() // fails only when the process has ended, which is seen below
	timer := time.NewTimer(closeTime)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	if p.err != nil {
		return fmt.Errorf("target: the server did not end as it should: %w%s", p.err, p.wrote())
	}
	return nil
}

func exitError(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// wrote is what the server has written to standard error, set off for the end of an error.
func (p *Process) wrote() string {
	text := p.stderr.String()
	if text == "" {
		return ""
	}
	return "; it wrote:\n" + text
}

const longestURL = 8 << 10

// firstLine is a standard output: it passes on the first line and throws the rest away.
type firstLine struct {
	text []byte
	line chan string // has room for the line
	done bool
}

func (f *firstLine) Write(text []byte) (int, error) {
	if !f.done {
		f.text = append(f.text, text...)
		if line, _, ended := bytes.Cut(f.text, []byte("\n")); ended || len(line) > longestURL {
			f.line <- strings.TrimSpace(string(line))
			f.done, f.text = true, nil
		}
	}
	return len(text), nil
}
