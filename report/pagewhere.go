package report

import (
	"fmt"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// divided is where the time of the strategies' slots went: a bar each, and the table that the text has.
type divided struct {
	Keys     []whereKey
	Rows     []dividedRow
	Table    pageTable
	Sentence string
	Recorded string // says of which run it is, where that is none of those that were timed; else ""
}

type whereKey struct {
	Colour int
	Name   string
}

type dividedRow struct {
	Colour int // of the strategy
	Name   string
	Slots  string
	Parts  []dividedPart
	Said   string // what the bar shows, for who cannot see it
}

// dividedPart is a part of a bar. Its places are in percent of the bar, as SVG has them.
type dividedPart struct {
	Colour      int
	From, Width string
	Label       string // in the bar, where there is room; "" for none
	Middle      string
}

// roomForLabel is the least share of a bar in which its percentage can be read.
const roomForLabel = 0.08

// newDivided makes them, nil where nothing is known.
func newDivided(j *compare.JobReport) *divided {
	all := whereColumns(j)
	if all == nil {
		return nil
	}
	d := &divided{Table: newPageTable(j, all), Sentence: whereSentence(j), Recorded: recordedSentence(j, "where the time went is")}
	present := map[int]string{}
	for _, s := range j.Strategies {
		if s.Where == nil {
			continue
		}
		row := dividedRow{
			Colour: colourOf(j, s), Name: oneLine(s.Name), Slots: figures.Grouped(int64(s.Where.Slots)),
			Said: oneLine(s.Where.Sentence),
		}
		at := 0.0
		for i, part := range s.Where.Parts() {
			share := max(0, min(part.Share, 1-at))
			if share < 0.0005 {
				continue
			}
			made := dividedPart{Colour: i, From: ofWhole(at), Width: ofWhole(share), Middle: ofWhole(at + share/2)}
			if share >= roomForLabel {
				made.Label = percent(share) + " %"
			}
			row.Parts = append(row.Parts, made)
			present[i] = part.Name
			at += share
		}
		d.Rows = append(d.Rows, row)
	}
	for i := range len((&compare.Where{}).Parts()) {
		if name, ok := present[i]; ok {
			d.Keys = append(d.Keys, whereKey{i, name})
		}
	}
	return d
}

func ofWhole(share float64) string { return fmt.Sprintf("%.2f%%", share*100) }
