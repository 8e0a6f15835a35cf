//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"example.com/overlap/process/internal/jsonlines"
)

// filePage is the number of the file that a command's worker may share with its parent.
const filePage = 3

// lineVariable is set for a command's workers.
const lineVariable = "OVERLAP_LINE"

// spawn starts a worker.
func (d *lines) spawn(s *settings) (*child, error) {
	c := &child{exited: make(chan struct{})}
	if s.memory > 0 && watchMemory {
		return nil, errors.New("a memory limit for commands is enforced on Linux only: leave process.MemoryLimit out here")
	}
	if s.recycle > 0 {
		c.retireAfter = lifetime(s.recycle)
	}
	var files []*os.File
	abort := func(err error) (*child, error) {
		for _, f := range files {
			f.Close()
		}
		c.memory.unmap()
		return nil, err
	}
	pipe := func() (r, w *os.File, err error) {
		if r, w, err = os.Pipe(); err != nil {
			return nil, nil, fmt.Errorf("making a pipe: %w", err)
		}
		files = append(files, r, w)
		return r, w, nil
	}
	stdin, requests, err := pipe()
	if err != nil {
		return abort(err)
	}
	replies, stdout, err := pipe()
	if err != nil {
		return abort(err)
	}
	output, stderr, err := pipe()
	if err != nil {
		return abort(err)
	}
	memory, file, err := newShared()
	if err != nil {
		return abort(err)
	}
	files = append(files, file)
	c.memory, c.page, c.requests, c.replies = memory, memory.page(), requests, replies
	widen(replies)
	c.cmd = exec.Command(d.argv[0], d.argv[1:]...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr, c.cmd.ExtraFiles = stdin, stdout, stderr, []*os.File{file}
	c.cmd.Env = append(withoutOurs(os.Environ()), s.environment...)
	c.cmd.Env = append(c.cmd.Env, fmt.Sprintf("%s=%d", lineVariable, lineVersion), fmt.Sprintf("%s=%d", depthVariable,
		depth()+1))
	if err := s.start(c); err != nil {
		return abort(err)
	}
	c.name = nameOf(c.cmd.Process.Pid)
	c.inherited, c.kills = peakHere(), kills()
	for _, f := range []*os.File{stdin, stdout, stderr, file} {
		f.Close()
	}
	most := s.longestLine
	if most == 0 {
		most = defaultLongestLine
	}
	c.line = &speaker{in: jsonlines.NewReader(c, most)}
	c.printed = forward(output, c.name, s.printed, nil)
	go c.reap()
	if err := s.limit(c); err != nil {
		return nil, c.notReady(err.Error(), nil)
	}
	return c, nil
}
