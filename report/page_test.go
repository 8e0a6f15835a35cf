package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/internal/traceevents/tracecheck"
)

func writePage(t *testing.T, reports ...*compare.Report) string {
	t.Helper()
	var b strings.Builder
	if err := WriteHTML(&b, reports...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements are all of a page, and its visible text.
func elements(t *testing.T, text string) (all []*html.Node, said string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode:
			all = append(all, n)
		case n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style":
			b.WriteString(n.Data)
		}
	}
	return all, b.String()
}

// pageDataOf is what the scripts of a page read.
func pageDataOf(t *testing.T, text string) (d pageData) {
	t.Helper()
	all, _ := elements(t, text)
	for _, n := range all {
		for _, a := range n.Attr {
			if a.Key != "id" || a.Val != "data" {
				continue
			}
			unzipped, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(n.FirstChild.Data)))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.NewDecoder(unzipped).Decode(&d); err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatal("the page has no data")
	return d
}

func TestPageSaysWhatTheReportSays(t *testing.T) {
	r := example(t)
	r.Command, r.Machine.CPU, r.Machine.Overlap, r.Python = "overlap compare  'a b'", "a fast one", "v1.2.3", "3.14.0"
	r.Baseline = &compare.Baseline{Differences: []string{"Go is another"}}
	r.Jobs[0].SinceBaseline = "Since the baseline all is well."
	text := writePage(t, r)
	_, said := elements(t, text)
	for _, want := range []string{
		r.Jobs[0].Verdict, r.Jobs[1].Verdict, r.Jobs[0].Warnings[0].Text, "async is the fastest: 94.7 times as fast",
		"linux/amd64, 2 cores (GOMAXPROCS 2)", "go1.26.0", "(seed 7)", "overlap compare  'a b'", "a fast one", "v1.2.3",
		"3.14.0", "Since the baseline all is well.", "under other conditions: Go is another", "16.3 s in the article",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say: %s", want)
		}
	}
	d := pageDataOf(t, text)
	async := d.Jobs[0].Strategies[3]
	if async.Name != "async" || async.Lanes != 100 || len(async.Spans.Lane) != 100 || d.Jobs[0].Inputs[5] != "6" {
		t.Errorf("%+v", async)
	}
}

// A page loads nothing, and has no script but its own.
func TestPageIsOneFile(t *testing.T) {
	all, _ := elements(t, writePage(t, example(t)))
	scripts := 0
	for _, n := range all {
		switch n.Data {
		case "script":
			scripts++
		case "link", "img", "iframe", "object", "embed", "form", "base":
			t.Errorf("the page has <%s>", n.Data)
		}
		for _, a := range n.Attr {
			bad := strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "srcdoc" ||
				a.Key == "href" && !strings.HasPrefix(a.Val, "#")
			if bad {
				t.Errorf("the page has %s=%q", a.Key, a.Val)
			}
		}
	}
	if scripts != 2 {
		t.Errorf("%d scripts", scripts)
	}
	if strings.Contains(strings.ToLower(pageScript), "</script") || strings.Contains(pageScript, "<!--") {
		t.Error("the script would end early")
	}
}

// Whatever names, inputs and errors hold, it is text.
func TestPageShowsHostileTextAsText(t *testing.T) {
	const hostile = "</script></style><script>x()</script><img src=x onerror=x()>\u202e{{.}}\"'`\x00\xff"
	r := example(t)
	j := r.Jobs[0]
	j.Task, j.Title, j.Verdict, r.Command = hostile, hostile, hostile, hostile
	j.Warnings = []compare.Warning{{Text: hostile}}
	r.Machine.GoVersion = hostile
	for index := range j.Inputs {
		j.Inputs[index] = hostile
	}
	for _, s := range j.Strategies {
		s.Name, s.Python, s.Note, s.Error = hostile+s.Name, hostile, hostile, hostile
	}
	j.Winner = j.Strategies[4].Name
	j.Contenders = []string{j.Winner}
	text := writePage(t, r)
	all, said := elements(t, text)
	harmless := example(t)
	harmless.Command = "overlap compare"
	if before, _ := elements(t, writePage(t, harmless)); len(all) != len(before) {
		t.Errorf("%d elements, of %d without hostile text", len(all), len(before))
	}
	if !strings.Contains(said, "<img src=x onerror=x()>") {
		t.Error("the text is not shown")
	}
	if strings.ContainsAny(text, "\u202e\x00") || strings.Contains(text, "\xff") {
		t.Error("the page has characters that turn its lines")
	}
	for _, input := range pageDataOf(t, text).Jobs[0].Inputs {
		if strings.ContainsAny(input, "\u202e\x00") || !utf8.ValidString(input) {
			t.Errorf("%q", input)
		}
	}
}

// A comparison of 8 strategies on 10⁶ calls, whose timelines have as many spans as there can be, all different.
func TestPageIsSmallForAMillionCalls(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := &compare.Report{Jobs: []*compare.JobReport{{Task: "fetch", Calls: 1e6, Inputs: map[int]string{}}}}
	j := r.Jobs[0]
	for _, name := range []string{"sync", "threads", "pool", "async", "loop", "auto", "processes", "pool(64)"} {
		line := &compare.Timeline{Seconds: 20, LaneCount: 64, Band: 1}
		for range 200 {
			line.InFlight = append(line.InFlight, random.Float64()*64)
		}
		for i := range 4000 {
			start := 20 * float64(i) / 4000
			span := compare.Span{
				Lane: random.IntN(64), Start: start, End: start + random.Float64()/10, Attempts: 1 + random.IntN(500), Index: -1,
				Busy: random.Float64() / 10, Outcome: overlap.Succeeded,
			}
			if i%4 == 0 {
				span.Attempts, span.Index = 1, random.IntN(1e6)
				j.Inputs[span.Index] = "https://www.example.com/pages/" + strings.Repeat(string(rune('a'+i%26)), 8) +
					strings.Repeat("/x", random.IntN(10))
			}
			line.Spans = append(line.Spans, span)
		}
		j.Strategies = append(j.Strategies, &compare.StrategyReport{
			Name: name, Runs: 1, MedianSeconds: new(20.0), MinSeconds: new(20.0), MaxSeconds: new(20.0), PeakInFlight: 64,
			Timeline: line, Measurements: []compare.Measurement{{WallSeconds: 20, Calls: 1e6}},
		})
	}
	if size := len(writePage(t, r)); size > 1e6 {
		t.Errorf("%d bytes", size)
	} else {
		t.Logf("%d bytes", size)
	}
}

func TestPageOfNothing(t *testing.T) {
	if err := WriteHTML(io.Discard); err == nil {
		t.Error("no report, and no error")
	}
	r := &compare.Report{Jobs: []*compare.JobReport{{Task: "t", Strategies: []*compare.StrategyReport{{Name: "sync"}}}}}
	if _, said := elements(t, writePage(t, r)); !strings.Contains(said, "No strategy got a call right") {
		t.Error(said)
	}
}

func TestTraceOfAReport(t *testing.T) {
	r := example(t)
	var b bytes.Buffer
	if err := WriteTrace(&b, r); err != nil {
		t.Fatal(err)
	}
	if found, err := tracecheck.Check(b.Bytes()); err != nil || len(found.Groups) < 2 {
		t.Errorf("%v; %+v", err, found)
	}
	var trace struct {
		TraceEvents []struct {
			Name     string
			Ph       string
			Pid, Tid int
			Ts, Dur  float64
			Args     map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &trace); err != nil {
		t.Fatal(err)
	}
	groups, last, calls := map[string]int{}, map[[2]int]float64{}, 0
	for _, e := range trace.TraceEvents {
		switch {
		case e.Name == "process_name":
			groups[e.Args["name"].(string)] = e.Pid
		case e.Ph == "X":
			row := [2]int{e.Pid, e.Tid}
			if e.Ts < last[row]-0.002 {
				t.Fatalf("%s begins at %v, before %v", e.Name, e.Ts, last[row])
			}
			last[row] = e.Ts + e.Dur
			if e.Pid == groups["wait: 100 GETs of the target | 160 ms each: pool"] {
				calls++
			}
		}
	}
	if calls != 100 {
		t.Errorf("%d calls of pool; %v", calls, groups)
	}
}
