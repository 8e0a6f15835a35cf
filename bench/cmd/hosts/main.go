// Command hosts measures what limits by host cost: overlap run fetch of many hosts, with --per-host and the list sorted by
// host, beside the same requests without a limit, shuffled. The hosts are addresses of 127.0.0.0/8, which one server in
// this process answers. It prints a Markdown table. Linux only, where all of 127.0.0.0/8 is this machine.
//
//	go run ./cmd/hosts
//	go run ./cmd/hosts -requests 10000 -hosts 100 -rounds 3
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"example.com/overlap/bench/markdown"
	"example.com/overlap/bench/spread"
	"example.com/overlap/cli"
	"example.com/overlap/tasks/fetch"
)

// asOverlap as the first argument makes this program the command overlap, so that there is nothing to build first.
const asOverlap = "overlap"

// job is what is measured.
type job struct{ requests, hosts, perHost, atOnce, rounds int }

func main() {
	if len(os.Args) > 1 && os.Args[1] == asOverlap {
		os.Args = os.Args[1:]
		cli.Main(fetch.Task)
	}
	var j job
	flag.IntVar(&j.requests, "requests", 100_000, "requests in a round")
	flag.IntVar(&j.hosts, "hosts", 1000, "hosts that they go to")
	flag.IntVar(&j.perHost, "per-host", 2, "requests to one host at once, where that is limited")
	flag.IntVar(&j.atOnce, "at-once", 64, "requests at once in all")
	flag.IntVar(&j.rounds, "rounds", 5, "measured rounds, after one that is not measured")
	flag.Parse()
	if min(j.requests, j.hosts, j.perHost, j.atOnce, j.rounds) < 1 || j.hosts > 1<<16 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "hosts: each number is at least 1, there are at most 65536 hosts, and no arguments")
		os.Exit(2)
	}
	if err := j.compare(); err != nil {
		fmt.Fprintln(os.Stderr, "hosts:", err)
		os.Exit(1)
	}
}

func (j job) compare() error {
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(page)
	})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	folder, err := os.MkdirTemp("", "hosts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	sorted, shuffled := j.lists(listener.Addr().(*net.TCPAddr).Port)
	if err := errors.Join(os.WriteFile(filepath.Join(folder, "sorted"), sorted, 0o600),
		os.WriteFile(filepath.Join(folder, "shuffled"), shuffled, 0o600)); err != nil {
		return err
	}
	var limited, free []float64
	for round := range j.rounds + 1 { // the first is not measured
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round, j.rounds)
		var took [2]time.Duration
		for turn := range took {
			at := (turn + round) % 2 // in turn, so that none always follows the other
			args := []string{"--from", filepath.Join(folder, "shuffled")}
			if at == 0 {
				args = []string{"--from", filepath.Join(folder, "sorted"), "--per-host", strconv.Itoa(j.perHost)}
			}
			if took[at], err = j.run(filepath.Join(folder, "results.jsonl"), args); err != nil {
				return err
			}
		}
		if round > 0 {
			limited, free = append(limited, float64(took[0])), append(free, float64(took[1]))
		}
	}
	fmt.Printf("%s, %s/%s, %d CPUs, %d requests to %d hosts, %d at once, %d rounds: median (lowest..highest)\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), j.requests, j.hosts, j.atOnce, j.rounds)
	return markdown.Table(os.Stdout, []string{"list", "all of it", "as a multiple"}, [][]string{
		{"shuffled, no limit", spread.Of(free).Text(spread.Duration), ""},
		{fmt.Sprintf("sorted by host, --per-host %d", j.perHost), spread.Of(limited).Text(spread.Duration),
			spread.Ratios(limited, free).Text(spread.Number)},
	})
}

var page = bytes.Repeat([]byte("small page "), 36)

// lists are the requests, sorted by host and shuffled.
func (j job) lists(port int) (sorted, shuffled []byte) {
	var urls []string
	for i := range j.requests {
		host := i * j.hosts / j.requests
		urls = append(urls, fmt.Sprintf("http://127.1.%d.%d:%d/%d\n", host>>8, host&0xff, port, i))
	}
	sorted = []byte(strings.Join(urls, ""))
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(urls), func(a, b int) { urls[a], urls[b] = urls[b], urls[a] })
	return sorted, []byte(strings.Join(urls, ""))
}

// run makes the requests, and checks that all were answered.
func (j job) run(results string, args []string) (time.Duration, error) {
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	args = append([]string{asOverlap, "run", "fetch", "-j", strconv.Itoa(j.atOnce), "-o", results, "--fresh"}, args...)
	child := exec.Command(program, args...)
	child.Env = append(os.Environ(), "no_proxy=127.0.0.0/8")
	var complained bytes.Buffer
	child.Stderr = &complained
	start := time.Now()
	if err := child.Run(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, complained.String())
	}
	took := time.Since(start)
	text, err := os.ReadFile(results)
	if n := bytes.Count(text, []byte(`"value":{"status":200,`)); err == nil && n != j.requests {
		err = fmt.Errorf("%d of %d requests were answered with status 200", n, j.requests)
	}
	return took, err
}
