package report

import (
	"math"
	"slices"

	"example.com/overlap/compare"
)

// scales is how a strategy does with more and more calls at once, in words and as a table; the picture has the data of
// scalingData.
type scales struct {
	Colour int
	Name   string
	Text   string
	Table  pageTable
}

// newScales makes it of each strategy of a job that has been swept.
func newScales(j *compare.JobReport) []scales {
	var all []scales
	for i, s := range j.Scaling {
		made := scales{Colour: numberOf(j, s, i) % pageColours, Name: oneLine(s.Strategy), Text: scalingText(s)}
		columns := scalingColumns(s)
		for _, c := range columns {
			made.Table.Head = append(made.Table.Head, pageCell{c.head, c.right})
		}
		for i, level := range s.Levels {
			row := pageRow{}
			if level.AtOnce == s.Knee {
				row.Class = "best"
			}
			for _, c := range columns {
				row.Cells = append(row.Cells, pageCell{c.cells[i], c.right})
			}
			made.Table.Rows = append(made.Table.Rows, row)
		}
		all = append(all, made)
	}
	return all
}

// scalingData is what the page's script draws of a strategy: calls a second by the number at once.
type scalingData struct {
	Number int          `json:"number"` // of its colour
	Name   string       `json:"name"`
	Points [][2]float64 `json:"points"`
	Law    [][2]float64 `json:"law"` // points of the curve that was fitted; none where none fits
	Knee   int          `json:"knee"`
}

// numberOf is the number of the colour that a swept strategy has in the other pictures, otherwise if it is in none.
func numberOf(j *compare.JobReport, s *compare.Scaling, otherwise int) int {
	at := slices.IndexFunc(j.Strategies, func(r *compare.StrategyReport) bool { return r.Name == s.Strategy })
	if at < 0 {
		return otherwise
	}
	return at
}

const pointsOfLaw = 60

func newScalingData(j *compare.JobReport) []scalingData {
	all := []scalingData{}
	for i, s := range j.Scaling {
		d := scalingData{
			Number: numberOf(j, s, i), Name: oneLine(s.Strategy), Points: [][2]float64{}, Law: [][2]float64{}, Knee: s.Knee,
		}
		for _, level := range s.Levels {
			d.Points = append(d.Points, [2]float64{float64(level.AtOnce), level.CallsPerSecond})
		}
		first, last := float64(s.Levels[0].AtOnce), float64(s.Levels[len(s.Levels)-1].AtOnce)
		for i := range pointsOfLaw + 1 {
			if s.Law == nil || first <= 0 {
				break
			}
			n := first * math.Pow(last/first, float64(i)/pointsOfLaw)
			if rate := s.Law.At(n); !math.IsNaN(rate) && !math.IsInf(rate, 0) {
				d.Law = append(d.Law, [2]float64{n, rate})
			}
		}
		all = append(all, d)
	}
	return all
}
