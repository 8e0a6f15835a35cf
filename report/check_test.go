package report

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"example.com/overlap/compare"
)

func TestReadJSON(t *testing.T) {
	var written bytes.Buffer
	if err := WriteJSON(&written, example(t)); err != nil {
		t.Fatal(err)
	}
	r, err := ReadJSON(bytes.NewReader(written.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := WriteJSON(&again, r); err != nil || again.String() != written.String() {
		t.Errorf("%v; it is not the same when it has been read", err)
	}
	for text, want := range map[string]string{
		"":                                 "EOF",
		"[]":                               "cannot unmarshal",
		"{}":                               "it has no jobs",
		`{"jobs":[null]}`:                  "one of its jobs is null",
		`{"jobs":[{"strategies":[null]}]}`: "one of its strategies is null",
		`{"jobs":[{"strategies":[{"name":"a","median_seconds":1}]}]}`:         "strategy a: it has a median and no range",
		`{"jobs":[{"strategies":[{"timeline":{"spans":{"lane":[1]}}}]}]}`:     "differ in length",
		`{"jobs":[{"strategies":[{"timeline":{"in_flight":[-1]}}]}]}`:         "impossible number of calls",
		`{"jobs":[{"strategies":[{"timeline":{"lanes":[[{"start":-1}]]}}]}]}`: "not within its run",
	} {
		if _, err := ReadJSON(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Whatever is read can be shown in all ways.
func FuzzReadJSON(f *testing.F) {
	for _, name := range []string{"../compare/testdata/example.json", "../compare/testdata/report.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 10_000 {
			f.Add(text)
		}
	}
	f.Add([]byte(`{"jobs":[{"calls":2,"strategies":[{"name":"a","median_seconds":1,"min_seconds":1,"max_seconds":1,` +
		`"peak_in_flight":2,"timeline":{"seconds":1,"in_flight":[1,2],"lane_count":2,"band":1,"spans":{"lane":[0,1],` +
		`"start":[0,0.5],"end":[0.5,1],"attempts":[1,2],"busy":[0.5,0.5],"index":[0,-1],"failed":[0,1],` +
		`"outcome":["succeeded","failed"]},"lanes":[[{"start":0,"end":0.5}]]}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ReadJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, write := range []func() error{
			func() error { return WriteText(io.Discard, r, Style{Width: 80}) },
			func() error { return WriteMarkdown(io.Discard, r) },
			func() error { return WriteJSON(io.Discard, r) },
			func() error { return WriteTrace(io.Discard, r) },
			func() error { return WriteHTML(io.Discard, []*compare.Report{r}...) },
		} {
			if err := write(); err != nil {
				t.Error(err)
			}
		}
	})
}
