package compare

import (
	"encoding/json"
	"errors"
	"math"

	"example.com/overlap"
)

// Spans are those of a [Timeline], by start. Their JSON is an object of arrays, one for each field, which all have an
// element for each span: lane, start, end, attempts, busy, index, failed, outcome.
type Spans []Span

type spanColumns struct {
	Lane     []int             `json:"lane"`
	Start    []float64         `json:"start"`
	End      []float64         `json:"end"`
	Attempts []int             `json:"attempts"`
	Busy     []float64         `json:"busy"`
	Index    []int             `json:"index"`
	Failed   []int             `json:"failed"`
	Outcome  []overlap.Outcome `json:"outcome"`
}

// MarshalJSON implements [json.Marshaler].
func (all Spans) MarshalJSON() ([]byte, error) {
	var c spanColumns
	for _, s := range all {
		c.Lane = append(c.Lane, s.Lane)
		c.Start = append(c.Start, nanoseconds(s.Start))
		c.End = append(c.End, nanoseconds(s.End))
		c.Attempts = append(c.Attempts, s.Attempts)
		c.Busy = append(c.Busy, nanoseconds(s.Busy))
		c.Index = append(c.Index, s.Index)
		c.Failed = append(c.Failed, s.Failed)
		c.Outcome = append(c.Outcome, s.Outcome)
	}
	return json.Marshal(c)
}

// nanoseconds rounds to what was measured, so that sums do not print more.
func nanoseconds(seconds float64) float64 { return math.Round(seconds*1e9) / 1e9 }

// UnmarshalJSON implements [json.Unmarshaler]. Arrays of different lengths are an error.
func (all *Spans) UnmarshalJSON(text []byte) error {
	var c spanColumns
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	n := len(c.Lane)
	for _, length := range []int{
		len(c.Start), len(c.End), len(c.Attempts), len(c.Busy), len(c.Index), len(c.Failed), len(c.Outcome),
	} {
		if length != n {
			return errors.New("the arrays of spans differ in length")
		}
	}
	*all = nil
	for i := range n {
		*all = append(*all, Span{
			c.Lane[i], c.Start[i], c.End[i], c.Attempts[i], c.Busy[i], c.Index[i], c.Failed[i], c.Outcome[i],
		})
	}
	return nil
}
