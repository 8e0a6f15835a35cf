package live

import (
	"slices"

	"example.com/overlap"
)

const mostSteps = 8

// autoState is what Auto has decided.
type autoState struct {
	Level int        `json:"level"` // 0: calls do not run under Auto
	Peak  int        `json:"peak"`
	Bound string     `json:"bound"` // what keeps the level from being higher
	Steps []autoStep `json:"steps"` // the last ones, the latest first
	Found string     `json:"found"` // what it says in the end
}

type autoStep struct {
	At   float64 `json:"at"` // seconds
	From int     `json:"from"`
	To   int     `json:"to"`
	Why  string  `json:"why"`
}

// Cap is for [overlap.ExplainCaps].
func (j *Job) Cap(now overlap.AutoCap) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.auto.Level, j.auto.Bound, j.auto.Peak = now.Level, now.Bound, max(j.auto.Peak, now.Level)
}

// Step is for [overlap.ExplainSteps].
func (j *Job) Step(s overlap.AutoStep) {
	j.mu.Lock()
	defer j.mu.Unlock()
	steps := slices.Insert(slices.Clone(j.auto.Steps), 0, autoStep{At: s.At.Seconds(), From: s.From, To: s.To, Why: s.Why})
	j.auto.Steps = steps[:min(len(steps), mostSteps)] // of its own: whoever has been given the others reads them
	j.auto.Peak = max(j.auto.Peak, s.To)
}

// Found is for [overlap.Explain].
func (j *Job) Found(r overlap.AutoReport) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.auto.Level, j.auto.Bound, j.auto.Peak, j.auto.Found = r.Level, r.KeptBy(), max(j.auto.Peak, r.Peak), r.String()
}
