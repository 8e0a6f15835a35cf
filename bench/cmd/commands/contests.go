package main

import (
	"fmt"
	"strconv"
	"strings"
)

// contest is a job that several tools do, the first of which is ours.
type contest struct {
	name  string
	what  string              // is counted
	count func(s sizes) int64 // how many of them there are
	stdin func(p place) string
	tools []tool
	read  func(p place, output string) error // refuses a wrong answer; nil where there is no answer
}

// tool is a way to do it.
type tool struct {
	name string
	argv func(p place) []string
}

// place is where the contests find what they need.
type place struct {
	sizes
	program string // this one
	folder  string // temporary
	big     string // the file to be divided
	lines   int64  // in it
}

func (p place) overlap(words ...string) []string {
	return append([]string{p.program, asOverlap}, words...)
}

// printers is how many commands print the output.
const printers = 4

// print is a command line that has each of some commands print as much as the sizes say, for nobody.
func (p place) print(words []string) []string {
	words = append([]string{"sh", "-c", `exec "$@" >/dev/null`, "sh"}, words...)
	words = append(words, "sh", "-c", `yes 'some text of a line' | head -c "$0"`, strconv.FormatInt(p.output, 10), ":::")
	for i := range printers {
		words = append(words, strconv.Itoa(i))
	}
	return words
}

func fixed(words ...string) func(place) []string { return func(place) []string { return words } }

func overlapWith(words ...string) func(place) []string {
	return func(p place) []string { return p.overlap(words...) }
}

var contests = []contest{
	{
		"true", "command", func(s sizes) int64 { return int64(s.runs) }, runNumbers,
		[]tool{
			{"overlap exec", overlapWith("exec", "-j", "2", "true")},
			{"overlap exec -o", func(p place) []string { return p.overlap("exec", "-j", "2", "-o", p.folder+"/o.jsonl", "true") }},
			{"os/exec in a loop", func(p place) []string { return []string{p.program, asBare, "2", "true"} }},
			{"xargs -P2 -n1", fixed("xargs", "-P2", "-n1", "true")},
			{"parallel -j2", fixed("parallel", "-j2", "true")},
		}, nil,
	},
	{
		"chunk", "MB", megabytes, nil,
		[]tool{
			{"overlap exec --chunk", func(p place) []string {
				return p.overlap("exec", "-j", "2", "--from", p.big, "--chunk", "16MiB", "wc", "-l")
			}},
			{"parallel --pipe-part", func(p place) []string {
				return []string{"parallel", "-j2", "--pipe-part", "--block", "16M", "-a", p.big, "wc", "-l"}
			}},
			{"wc -l alone", func(p place) []string { return []string{"sh", "-c", "wc -l <" + p.big} }},
		}, sumIsLines,
	},
	{
		"pipe", "MB", megabytes, nil,
		[]tool{
			{"overlap exec --pipe", func(p place) []string {
				return []string{"sh", "-c", `cat "$1" | "$2" overlap exec -j 2 --pipe --chunk 16MiB wc -l`, "sh", p.big, p.program}
			}},
			{"parallel --pipe", func(p place) []string {
				return []string{"sh", "-c", `cat "$1" | parallel -j2 --pipe --block 16M wc -l`, "sh", p.big}
			}},
		}, sumIsLines,
	},
	{
		"output", "MB", func(s sizes) int64 { return max(1, printers*s.output/1_000_000) }, nil,
		[]tool{
			{"overlap exec -o", func(p place) []string { return p.print(p.overlap("exec", "-j", "2", "-o", p.folder+"/o.jsonl")) }},
			{"overlap exec", func(p place) []string { return p.print(p.overlap("exec", "-j", "2")) }},
			{"parallel -j2", func(p place) []string { return p.print([]string{"parallel", "-q", "-j2"}) }},
		}, nil,
	},
	{
		"nothing", "call", func(s sizes) int64 { return int64(s.nothing) }, nil,
		[]tool{{"overlap run -o", func(p place) []string {
			return p.overlap("run", "nothing", fmt.Sprintf("1..%d", p.nothing), "-o", p.folder+"/nothing.jsonl")
		}}}, nil,
	},
	{
		"hash", "file", func(s sizes) int64 { return int64(s.files) }, func(p place) string { return p.names(p.files) },
		[]tool{
			{"overlap exec -n 100", overlapWith("exec", "-j", "2", "-n", "100", "sha256sum")},
			{"xargs -P2 -n100", fixed("xargs", "-P2", "-n100", "sha256sum")},
			{"parallel -j2 -n100", fixed("parallel", "-j2", "-n100", "sha256sum")},
		}, nil,
	},
	{
		"compress", "file", func(s sizes) int64 { return int64(s.files / 50) },
		func(p place) string { return p.names(p.files / 50) },
		[]tool{
			{"overlap exec", overlapWith("exec", "-j", "2", "gzip", "-9kf")},
			{"xargs -P2 -n1", fixed("xargs", "-P2", "-n1", "gzip", "-9kf")},
			{"parallel -j2", fixed("parallel", "-j2", "gzip", "-9kf")},
		}, nil,
	},
}

func names() []string {
	var all []string
	for _, c := range contests {
		all = append(all, c.name)
	}
	return all
}

func megabytes(s sizes) int64 { return max(1, s.bytes/1_000_000) }

func runNumbers(p place) string {
	var b strings.Builder
	for i := range p.runs {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

// sumIsLines checks that the counts of the chunks add up to the lines of the file.
func sumIsLines(p place, output string) error {
	var sum int64
	for line := range strings.Lines(output) {
		n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			return err
		}
		sum += n
	}
	if sum != p.lines {
		return fmt.Errorf("it counted %d lines, and there are %d", sum, p.lines)
	}
	return nil
}
