package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/overlap/bench/python"
)

// measurement is what a measured process prints, as one line of JSON.
type measurement struct {
	Facility string  `json:"facility"`
	Seconds  float64 `json:"seconds"`
	Answer   int     `json:"answer"`
}

// programs are what a comparison starts: the server at once, a process for each measurement.
type programs struct {
	scripts       string // folder
	python        string
	pythonVersion string
	binary        string
	url           string
	server        *exec.Cmd
	hangUp        io.Closer // the server's standard input: it ends when that does, so also when this process is killed
}

func newPrograms(ctx context.Context, s settings) (p *programs, err error) {
	p = &programs{python: s.python}
	version, err := exec.CommandContext(ctx, s.python, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s does not run (%w): install Python 3 or name it with -python", s.python, err)
	}
	p.pythonVersion = strings.TrimSpace(string(version))
	if p.binary, err = os.Executable(); err != nil {
		return nil, err
	}
	if p.scripts, err = os.MkdirTemp("", "article"); err != nil {
		return nil, err
	}
	if err = errors.Join(os.CopyFS(p.scripts, python.Scripts), p.startServer(s)); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *programs) startServer(s settings) error {
	server := exec.Command(p.binary, "-serve", "-latency", s.latency.String())
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	p.server, p.hangUp = server, in
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the server ended before it said its URL: %w", err)
	}
	p.url = strings.TrimSpace(line)
	return nil
}

// withModules leaves out the facilities whose module the interpreter does not have, and says which modules those are.
func (p *programs) withModules(ctx context.Context, all []facility) (kept []facility, missing []string) {
	has := map[string]bool{"": true}
	for _, f := range all {
		module := f.module()
		if _, asked := has[module]; !asked {
			script := filepath.Join(p.scripts, fetch+".py")
			has[module] = exec.CommandContext(ctx, p.python, script, "--has", module).Run() == nil
			if !has[module] {
				missing = append(missing, module)
			}
		}
		if has[module] {
			kept = append(kept, f)
		}
	}
	return kept, missing
}

// measure does the facility's job in a process of its own, which measures itself: starting it does not count.
func (p *programs) measure(ctx context.Context, f facility) (m measurement, err error) {
	child := exec.CommandContext(ctx, p.binary, "-measure", f.job+"/"+f.name, "-url", p.url)
	if f.by == byPython {
		arguments := []string{filepath.Join(p.scripts, f.job+".py"), f.name}
		if f.job == fetch {
			arguments = append(arguments, p.url)
		}
		child = exec.CommandContext(ctx, p.python, arguments...)
		child.Env = append(os.Environ(), "no_proxy=127.0.0.1")
	}
	child.Stderr = os.Stderr
	line, err := child.Output()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("printed %q instead of a measurement: %w", line, err)
	}
	return m, nil
}

func (p *programs) close() {
	if p.server != nil {
		_ = p.hangUp.Close()
		_ = p.server.Wait() // how a server ends that was told to does not matter
	}
	_ = os.RemoveAll(p.scripts)
}
