package compare

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// probeTime is about how long a probe may take.
const probeTime = 2 * time.Second

// probe measures some of the job's inputs under sync, if sync is none of the strategies.
func (r *rounds) probe(ctx context.Context) {
	if !r.plan.Probe || r.report.strategy("sync") != nil || ctx.Err() != nil {
		return
	}
	basis := r.report.basis()
	if basis == nil {
		return
	}
	each := basis.Measurements[0].CallTimes.Sum / float64(max(1, basis.Measurements[0].Calls))
	most := r.job.Inputs.Len()
	if each > 0 {
		most = min(most, max(1, int(probeTime.Seconds()/each)))
	}
	sample := r.job.Inputs.sample(min(most, mostProbed))
	if !r.prepare(ctx) {
		return
	}
	m, err := r.plan.Runner.Measure(ctx, Order{
		Task: r.job.Task, Strategy: "sync", Inputs: sample, Timeout: r.plan.Timeout, Retries: r.plan.Retries,
	})
	if err != nil {
		return // the class is then seen under what was measured
	}
	r.report.probe = &StrategyReport{Name: "sync", Measurements: []Measurement{*m}}
	r.report.probe.summarize()
	r.report.ClassSample = sample.Len()
}

const mostProbed = 10_000

// sample is n of the inputs, evenly spread.
func (in Inputs) sample(n int) Inputs {
	total := in.Len()
	if n >= total {
		return in
	}
	var some Inputs
	for i := range n {
		at := i * total / n
		switch {
		case in.Range != nil:
			some.Values = append(some.Values, json.RawMessage(strconv.FormatInt(in.Range.First+int64(at), 10)))
		case in.Texts != nil:
			some.Texts = append(some.Texts, in.Texts[at])
		default:
			some.Values = append(some.Values, in.Values[at])
		}
	}
	return some
}
