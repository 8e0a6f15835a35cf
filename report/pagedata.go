package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// pageData is what the page's scripts draw. main.js reads it.
type pageData struct {
	Jobs     []jobData `json:"jobs"`
	Outcomes []string  `json:"outcomes"`
}

type jobData struct {
	Strategies []strategyData `json:"strategies"`
	Scaling    []scalingData  `json:"scaling"`
	Inputs     map[int]string `json:"inputs"`
}

type strategyData struct {
	Number   int         `json:"number"` // in the plan's order
	Name     string      `json:"name"`
	Caption  string      `json:"caption"`
	Seconds  float64     `json:"seconds"`
	InFlight []float64   `json:"inFlight"`
	Lanes    int         `json:"lanes"`
	Band     int         `json:"band"`
	Spans    spanColumns `json:"spans"`
}

// spanColumns has an element for each span, in small numbers that compress well. A column is left out where it would
// say the same of all: one attempt, busy all the time, none failed, succeeded.
type spanColumns struct {
	Lane     []int `json:"lane"`
	Start    []int `json:"start"`  // since the start of the span before, in millionths of the run
	Length   []int `json:"length"` // in millionths of the run
	Index    []int `json:"index"`
	Attempts []int `json:"attempts,omitempty"`
	Busy     []int `json:"busy,omitempty"` // percent of its length and lanes
	Failed   []int `json:"failed,omitempty"`
	Outcome  []int `json:"outcome,omitempty"` // an index into the outcomes
}

// add adds a job.
func (d *pageData) add(j *compare.JobReport) {
	job := jobData{Strategies: []strategyData{}, Scaling: newScalingData(j), Inputs: map[int]string{}}
	for _, s := range drawn(j) {
		t := s.Timeline
		data := strategyData{
			Number: slices.Index(j.Strategies, s), Name: oneLine(s.Name), Seconds: t.Seconds, InFlight: t.InFlight,
			Caption: figures.Seconds(t.Seconds) + ", " + figures.AtOnce(s.PeakInFlight, j.Calls),
			Lanes:   max(1, t.LaneCount, slotsToDraw(s)), Band: max(1, t.Band),
		}
		spans := spansToDraw(t)
		if t.LaneCount == 0 {
			for _, span := range spans {
				data.Lanes = max(data.Lanes, span.Lane+1)
			}
		}
		data.Spans = d.columns(spans, t.Seconds, data.Band)
		for _, span := range spans {
			if text := shownInput(j, span.Index); text != "" {
				job.Inputs[span.Index] = text
			}
		}
		job.Strategies = append(job.Strategies, data)
	}
	d.Jobs = append(d.Jobs, job)
}

// slotsToDraw is how many lanes a strategy has from the start, whether they are ever used or not; 0 if that is not known.
func slotsToDraw(s *compare.StrategyReport) int {
	if s.Where == nil || s.Where.Slots > mostSlots {
		return 0
	}
	return s.Where.Slots
}

// mostSlots is how many empty lanes are drawn at most.
const mostSlots = 10_000

// spansToDraw are a timeline's; reports of earlier versions have lanes only.
func spansToDraw(t *compare.Timeline) []compare.Span {
	if len(t.Spans) > 0 || len(t.Lanes) == 0 {
		return t.Spans
	}
	var all []compare.Span
	for lane, bars := range t.Lanes {
		for _, b := range bars {
			all = append(all, compare.Span{
				Lane: lane, Start: b.Start, End: b.End, Attempts: 1, Busy: b.End - b.Start, Index: -1,
				Outcome: overlap.Succeeded,
			})
		}
	}
	return all
}

func (d *pageData) columns(spans []compare.Span, seconds float64, band int) spanColumns {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b compare.Span) int { return int(math.Copysign(1, a.Start-b.Start)) })
	millionths := func(at float64) int { return int(math.Round(at / seconds * 1e6)) }
	c := spanColumns{Lane: []int{}, Start: []int{}, Length: []int{}, Index: []int{}}
	before := 0
	anyMerged, anyFailed := false, false
	for _, s := range spans {
		start := millionths(s.Start)
		c.Lane = append(c.Lane, s.Lane)
		c.Start = append(c.Start, start-before)
		c.Length = append(c.Length, max(0, millionths(s.End)-start))
		c.Index = append(c.Index, s.Index)
		c.Attempts = append(c.Attempts, s.Attempts)
		c.Failed = append(c.Failed, s.Failed)
		c.Outcome = append(c.Outcome, d.outcome(s.Outcome))
		busy := 100
		if room := (s.End - s.Start) * float64(band); s.Attempts > 1 && room > 0 {
			busy = int(math.Round(min(1, s.Busy/room) * 100))
		}
		c.Busy = append(c.Busy, busy)
		before, anyMerged, anyFailed = start, anyMerged || s.Attempts > 1, anyFailed || s.Failed > 0
	}
	if !anyMerged {
		c.Attempts, c.Busy = nil, nil
	}
	if !anyFailed {
		c.Failed, c.Outcome = nil, nil
	}
	return c
}

// outcome is the number of one on this page. Succeeded is 0.
func (d *pageData) outcome(o overlap.Outcome) int {
	if len(d.Outcomes) == 0 {
		d.Outcomes = []string{overlap.Succeeded.String()}
	}
	at := slices.Index(d.Outcomes, o.String())
	if at < 0 {
		at = len(d.Outcomes)
		d.Outcomes = append(d.Outcomes, o.String())
	}
	return at
}

// compressed is the data as the page has it.
func (d *pageData) compressed() (string, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	compress, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := compress.Write(text); err != nil {
		return "", err
	}
	if err := compress.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
