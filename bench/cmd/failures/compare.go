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
	"runtime"
	"strconv"
	"strings"
	"time"

	"example.com/overlap/bench/children"
	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/python"
)

// orphansAfter is how long the workers of a parent that was killed have to go.
const orphansAfter = 2 * time.Second

// compare makes all events happen to all pools and prints the table.
func compare(ctx context.Context, s settings, out, progress io.Writer) error {
	version, err := exec.CommandContext(ctx, s.python, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s does not run (%w): install Python 3 or name it with -python", s.python, err)
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "failures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.CopyFS(folder, python.Scripts); err != nil {
		return err
	}
	script, seconds := filepath.Join(folder, "failures.py"), strconv.FormatFloat(s.limit.Seconds(), 'f', -1, 64)
	var rows [][]string
	for _, e := range s.events {
		fmt.Fprintln(progress, e.name)
		row := []string{e.what}
		for _, command := range [][]string{
			{binary, "-observe", e.name, "-limit", s.limit.String()},
			{s.python, script, "ProcessPoolExecutor", e.name, seconds},
			{s.python, script, "Pool", e.name, seconds},
		} {
			cell, err := observeApart(ctx, s, e, command)
			if err != nil {
				return fmt.Errorf("%s, by %q: %w", e.name, command, err)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	fmt.Fprintf(out, "%s, %s, %s/%s; what takes more than %v hangs\n\n", runtime.Version(),
		strings.TrimSpace(string(version)), runtime.GOOS, runtime.GOARCH, s.limit)
	return markdown.Table(out, []string{"event", "`process.New(2)`", "`ProcessPoolExecutor(2)`", "`Pool(2)`"}, rows)
}

// observeApart makes an event happen in a process of its own, and judges it.
func observeApart(ctx context.Context, s settings, e event, command []string) (cell string, err error) {
	if e.name == orphansIdle || e.name == orphansBusy {
		if _, err := children.Of(os.Getpid()); err != nil {
			return "not observed here", nil
		}
	}
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	printed, err := child.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := child.Start(); err != nil { // its standard error is dropped: pools complain there at length
		return "", err
	}
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(printed).ReadString('\n')
		lines <- line
	}()
	var line string
	stuck := time.NewTimer(10 * s.limit)
	defer stuck.Stop()
	select {
	case line = <-lines:
	case <-stuck.C: // whatever waited there, it did not keep to its limit
	}
	offspring := children.Descendants(child.Process.Pid)
	_ = child.Process.Kill() // it may have ended
	_, _ = child.Process.Wait()
	defer end(offspring)
	if line == "" {
		return everythingHangs, nil
	}
	var seen observation
	if line == "ready\n" {
		seen.left, err = left(ctx, offspring)
	} else {
		err = json.Unmarshal([]byte(line), &seen)
	}
	if err != nil {
		return "", err
	}
	return e.judge(seen), nil
}

// left counts the processes that are still there some time after the end of their parent.
func left(ctx context.Context, offspring []int) (count int, err error) {
	if len(offspring) == 0 {
		return 0, errors.New("there were no workers")
	}
	if err := pause(ctx, orphansAfter); err != nil {
		return 0, err
	}
	for _, pid := range offspring {
		if children.Runs(pid) {
			count++
		}
	}
	return count, nil
}

// end kills the processes of a pool that has outlived its parent.
func end(offspring []int) {
	for _, pid := range offspring {
		if orphan, err := os.FindProcess(pid); err == nil && children.Runs(pid) {
			_ = orphan.Kill() // it may have ended meanwhile
		}
	}
}
