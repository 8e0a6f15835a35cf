// Package children finds the processes that a process has started.
package children

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Of returns the process IDs of the children of a process, oldest first for each of its threads, zombies included. It
// reads /proc, which Linux alone has; elsewhere, and when there is no such process, it returns an error.
func Of(pid int) ([]int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("process %d, or what /proc says of it, is not there: its children can be found on Linux alone",
			pid)
	}
	var all []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) { // the thread has ended
			continue
		} else if err != nil {
			return nil, err
		}
		for field := range strings.FieldsSeq(string(text)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, child)
		}
	}
	return all, nil
}

// Descendants are the children of a process, their children, and so on, parents before their children. Processes that
// start or end meanwhile may be missing.
func Descendants(pid int) []int {
	all, _ := Of(pid) // one that has ended has none
	for i := 0; i < len(all); i++ {
		further, _ := Of(all[i])
		all = append(all, further...)
	}
	return all
}

// Runs reports whether the process is there and is no zombie, as /proc says.
func Runs(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && runsBy(string(text))
}

// runsBy reads the state in a line of /proc/PID/stat, after the name, which may hold anything.
func runsBy(stat string) bool {
	i := strings.LastIndex(stat, ") ")
	if i < 0 {
		return false
	}
	state := strings.TrimSpace(stat[i+2:])
	return state != "" && state[0] != 'Z' && state[0] != 'X'
}
