package compare

import (
	"fmt"

	"example.com/overlap/internal/figures"
)

// Scaling is how a strategy does with more and more calls at once, see [Plan].Sweep.
type Scaling struct {
	Strategy string  `json:"strategy"`
	Levels   []Level `json:"levels"` // from the lowest on

	Best int `json:"best"` // the number at once with the lowest median
	Knee int `json:"knee"` // the smallest whose median is within 5 % of that

	// Law is the Universal Scalability Law fitted to the levels; nil where there are fewer than 4, or where it differs
	// from what was measured by 5 % or more.
	Law *USL `json:"law"`

	Sentence string `json:"sentence"` // what more at once, or more cores, would bring
}

// Level is a number of calls at once.
type Level struct {
	AtOnce         int       `json:"at_once"`
	Seconds        []float64 `json:"seconds"` // of each run
	MedianSeconds  float64   `json:"median_seconds"`
	CallsPerSecond float64   `json:"calls_per_second"`
	CoresBusy      *float64  `json:"cores_busy"` // the median; nil where the system does not tell
	Failed         int       `json:"failed"`     // calls, in the worst run
}

// worthFitting is from which residual on a fit says nothing.
const worthFitting = 0.05

// summarize sets what follows from the levels, of which there is at least one.
func (s *Scaling) summarize(j *JobReport) {
	best := s.Levels[0]
	var atOnce, rates []float64
	for _, level := range s.Levels {
		if level.MedianSeconds < best.MedianSeconds {
			best = level
		}
		atOnce, rates = append(atOnce, float64(level.AtOnce)), append(rates, level.CallsPerSecond)
	}
	s.Best = best.AtOnce
	var knee Level
	for _, level := range s.Levels {
		if level.MedianSeconds <= worthSaying*best.MedianSeconds {
			knee = level
			break
		}
	}
	s.Knee = knee.AtOnce
	if law := fitUSL(atOnce, rates); law != nil && law.Residual < worthFitting {
		s.Law = law
	}
	if s.Sentence = s.moreAtOnce(j, knee) + s.moreCores(j, knee); j.loud() {
		s.Sentence = "No conclusion: other programs used the machine."
	}
}

// moreAtOnce says what more calls at once than at the knee bring.
func (s *Scaling) moreAtOnce(j *JobReport, knee Level) string {
	last := s.Levels[len(s.Levels)-1]
	switch {
	case len(s.Levels) == 1:
		return fmt.Sprintf("%s was measured with %d at once alone.", s.Strategy, knee.AtOnce)
	case knee.AtOnce < last.AtOnce && last.MedianSeconds > worthSaying*knee.MedianSeconds:
		return fmt.Sprintf("%s is best with %d at once (%s); %d take %s times as long.", s.Strategy, knee.AtOnce,
			figures.Seconds(knee.MedianSeconds), last.AtOnce, figures.Digits(last.MedianSeconds/knee.MedianSeconds))
	case knee.AtOnce < last.AtOnce:
		return fmt.Sprintf("%s needs no more than %d at once (%s): up to %d, more bring less than 5 %%.", s.Strategy,
			knee.AtOnce, figures.Seconds(knee.MedianSeconds), last.AtOnce)
	case last.AtOnce >= j.Calls:
		return fmt.Sprintf("%s is best with all %s at once (%s): more inputs would tell whether more are better still.",
			s.Strategy, figures.Count(j.Calls, "call"), figures.Seconds(knee.MedianSeconds))
	}
	before := s.Levels[len(s.Levels)-2]
	return fmt.Sprintf("%s is best with %d at once (%s), the most that was measured: with %d it took %s times as "+
		"long, so more may be better still.", s.Strategy, last.AtOnce, figures.Seconds(last.MedianSeconds), before.AtOnce,
		figures.Digits(before.MedianSeconds/last.MedianSeconds))
}

// moreCores says what more cores would bring.
func (s *Scaling) moreCores(j *JobReport, knee Level) string {
	if knee.CoresBusy == nil {
		return ""
	}
	busy := fmt.Sprintf("%s of %s", figures.Digits(*knee.CoresBusy), j.cores())
	if *knee.CoresBusy >= saturated*float64(j.machine.GOMAXPROCS) {
		return fmt.Sprintf(" It keeps %s busy then, so more cores would make it faster.", busy)
	}
	return fmt.Sprintf(" It keeps %s busy then, so more cores would bring nothing.", busy)
}
