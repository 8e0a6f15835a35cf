package main

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"sync"
)

// bare is what one would write in Go: so many goroutines that run a command for each line of standard input, by os/exec
// alone. The command's output is dropped by the system. It returns the first failure.
func bare(arguments []string) error {
	atOnce, err := strconv.Atoi(arguments[0])
	if err != nil {
		return err
	}
	lines := make(chan string)
	failures := make(chan error, atOnce)
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			var failure error
			for line := range lines {
				argv := append(arguments[1:len(arguments):len(arguments)], line)
				if err := exec.Command(argv[0], argv[1:]...).Run(); err != nil && failure == nil {
					failure = err
				}
			}
			failures <- failure
		})
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		lines <- in.Text()
	}
	close(lines)
	running.Wait()
	for range atOnce {
		if err := <-failures; err != nil {
			return err
		}
	}
	return in.Err()
}
