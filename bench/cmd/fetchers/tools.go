package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// job is what every tool does: GET requests of one URL, so many at once.
type job struct {
	url              string
	requests, atOnce int
	program          string // this one, which is the command overlap as well
	python           string // interpreter
	folder           string // for what the tools read and write
}

// measurement is how a tool did a job.
type measurement struct {
	requests int           // made
	took     time.Duration // for all of them
	cpu      time.Duration // of the tool's process
}

// tool is one way to do the job. The first one is ours.
type tool struct {
	name    string
	hint    string                   // where to get it
	command func(j job) []string     // how it is started; the program is looked for in PATH
	probe   func(j job) []string     // ends with 0 if it can be used; nil if it is enough that the program is there
	read    func(*job, output) error // checks what it did, and corrects the measurement by what it says
}

// output is what a tool has left.
type output struct {
	text string
	*measurement
}

const (
	urlsFile, configFile, resultsFile = "urls.txt", "curl.conf", "results.jsonl"
	wrkSeconds                        = 2 // wrk is told a time, not a number of requests
)

var tools = []tool{
	{
		name: "overlap run fetch, pool", command: overlapOn("pool"), read: readResults(`"value":{"status":200,`),
	},
	{
		name: "overlap run fetch, async", command: overlapOn("async"), read: readResults(`"value":{"status":200,`),
	},
	{
		name: "hey", hint: "Debian has it; or go install github.com/rakyll/hey@latest", read: readHey,
		command: func(j job) []string {
			return []string{"hey", "-n", strconv.Itoa(j.requests), "-c", strconv.Itoa(j.atOnce), j.url}
		},
	},
	{
		name: "curl -Z", hint: "Debian has it as curl", read: readCurl,
		command: func(j job) []string {
			return []string{"curl", "-sS", "-Z", "--parallel-max", strconv.Itoa(j.atOnce), "-w", `%{http_code}\n`,
				"-K", filepath.Join(j.folder, configFile)}
		},
	},
	{
		name: "wrk", hint: "Debian has it", read: readWrk,
		command: func(j job) []string {
			return []string{"wrk", "-t", "1", "-c", strconv.Itoa(j.atOnce), "-d", strconv.Itoa(wrkSeconds) + "s", j.url}
		},
	},
	ofPython("aiohttp"),
	ofPython("httpx"),
}

// ofPython is a client for asyncio.
func ofPython(name string) tool {
	return tool{
		name: name, hint: "Debian has it as python3-" + name + ", and -python names another interpreter", read: readPython,
		probe: func(j job) []string { return []string{j.python, "-c", "import " + name} },
		command: func(j job) []string {
			return []string{j.python, filepath.Join(j.folder, "many.py"), name, j.url, strconv.Itoa(j.requests),
				strconv.Itoa(j.atOnce), filepath.Join(j.folder, resultsFile)}
		},
	}
}

func overlapOn(strategy string) func(j job) []string {
	return func(j job) []string {
		return []string{j.program, asOverlap, "run", "fetch", "--from", filepath.Join(j.folder, urlsFile),
			"--on", strategy, "-j", strconv.Itoa(j.atOnce), "-o", filepath.Join(j.folder, resultsFile)}
	}
}

// prepare writes what the tools read.
func (j job) prepare() error {
	urls := strings.Repeat(j.url+"\n", j.requests)
	config := strings.Repeat(fmt.Sprintf("url = %q\noutput = %q\n", j.url, os.DevNull), j.requests)
	return errors.Join(os.WriteFile(filepath.Join(j.folder, urlsFile), []byte(urls), 0o600),
		os.WriteFile(filepath.Join(j.folder, configFile), []byte(config), 0o600))
}

// all is an error unless every request was answered with status 200.
func (j job) all(succeeded int) error {
	if succeeded != j.requests {
		return fmt.Errorf("%d of %d requests were answered with status 200", succeeded, j.requests)
	}
	return nil
}

func readResults(success string) func(*job, output) error {
	return func(j *job, _ output) error {
		text, err := os.ReadFile(filepath.Join(j.folder, resultsFile))
		if err != nil {
			return err
		}
		return j.all(strings.Count(string(text), success))
	}
}

func readHey(j *job, out output) error {
	succeeded := 0
	if found := regexp.MustCompile(`\[200\]\s+(\d+) responses`).FindStringSubmatch(out.text); found != nil {
		succeeded, _ = strconv.Atoi(found[1])
	}
	return j.all(succeeded)
}

func readCurl(j *job, out output) error { return j.all(strings.Count(out.text, "200\n")) }

var wrkCounts = regexp.MustCompile(`(\d+) requests in ([0-9.]+)s`)

func readWrk(_ *job, out output) error {
	found := wrkCounts.FindStringSubmatch(out.text)
	if found == nil || strings.Contains(out.text, "Non-2xx") || strings.Contains(out.text, "Socket errors") {
		return fmt.Errorf("not every request was answered with status 200, or none: %s", out.text)
	}
	seconds, err := strconv.ParseFloat(found[2], 64)
	if err != nil {
		return err
	}
	out.requests, _ = strconv.Atoi(found[1])
	out.took = time.Duration(seconds * float64(time.Second))
	return nil
}

func readPython(j *job, out output) error {
	var said struct {
		Seconds float64 `json:"seconds"`
		Answer  int     `json:"answer"`
	}
	if err := json.Unmarshal([]byte(out.text), &said); err != nil {
		return fmt.Errorf("printed %q instead of a measurement: %w", out.text, err)
	}
	out.took = time.Duration(said.Seconds * float64(time.Second))
	return errors.Join(j.all(said.Answer), readResults(`"status": 200,`)(j, out))
}
