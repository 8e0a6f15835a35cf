package main

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// ways are how a job is run.
var ways = [...]struct {
	name string
	run  func(args []string) (taken, error)
}{
	{"without --ui", func(args []string) (taken, error) { return command(args, false) }},
	{"with --ui", func(args []string) (taken, error) { return command(append(args, "--ui"), false) }},
	{"with --ui and a reader", func(args []string) (taken, error) { return command(append(args, "--ui"), true) }},
}

// taken is what a process has taken, in seconds.
type taken struct{ seconds, computed float64 }

var address = regexp.MustCompile(`http://\S+`)

// command runs the command in a process of its own, and has the events of its page read if looks.
func command(args []string, looks bool) (taken, error) {
	child := exec.Command(os.Args[0], args...)
	child.Env = append(os.Environ(), asCommand+"=yes")
	stderr, err := child.StderrPipe()
	if err != nil {
		return taken{}, err
	}
	start := time.Now()
	if err := child.Start(); err != nil {
		return taken{}, err
	}
	var reads sync.WaitGroup
	var events int64
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if url := address.FindString(lines.Text()); looks && url != "" {
			reads.Go(func() { events = read(url + "events") })
		}
	}
	err = child.Wait()
	is := taken{time.Since(start).Seconds(), (child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds()}
	if reads.Wait(); looks && events == 0 {
		err = errors.Join(err, errors.New("there were no events"))
	}
	return is, err
}

// read reads events to their end, and returns how many bytes there were.
func read(url string) int64 {
	response, err := http.Get(url)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	n, _ := io.Copy(io.Discard, response.Body) // the server ends when it likes
	return n
}
