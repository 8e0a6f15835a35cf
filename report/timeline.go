package report

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

const (
	captionWidth = 36  // at most, behind a picture
	fewestCells  = 20  // of a picture, whatever the width
	usualCells   = 60  // where no width is given
	mostCells    = 200 // as many parts as a [compare.Timeline] has
	mostRows     = 8
	readableAt   = 4 // cells that the shortest strategy needs for one time axis to be of use
)

// timeline draws how the calls of each strategy overlapped: time runs to the right, and the height is how many calls
// were in flight. All strategies share one time axis where that leaves the quickest readable.
func timeline(j *compare.JobReport, style Style) string {
	var drawn []*compare.StrategyReport
	longest, shortest, names := 0.0, math.Inf(1), 0
	for _, s := range j.Strategies {
		if s.Timeline == nil || s.PeakInFlight == 0 {
			continue
		}
		drawn = append(drawn, s)
		longest, shortest = max(longest, s.Timeline.Seconds), min(shortest, s.Timeline.Seconds)
		names = max(names, utf8.RuneCountInString(oneLine(s.Name)))
	}
	if len(drawn) == 0 {
		return ""
	}
	cells := usualCells
	if style.Width > 0 {
		cells = min(mostCells, max(fewestCells, style.Width-names-4-captionWidth))
	}
	shared := shortest/longest*float64(cells) >= readableAt
	var b strings.Builder
	heading := "How the calls overlapped, each strategy on a time axis of its own, as long as it took:"
	if shared {
		heading = fmt.Sprintf("How the calls overlapped, all on one time axis of %s:", figures.Seconds(longest))
	}
	fmt.Fprintln(&b, style.wrap(heading, ""))
	for _, s := range drawn {
		width := cells
		if shared {
			width = max(1, int(math.Round(s.Timeline.Seconds/longest*float64(cells))))
		}
		rows, caption := draw(s.Timeline, width, figures.AtOnce(s.PeakInFlight, j.Calls))
		for i, row := range rows {
			name := ""
			if i == 0 {
				name = oneLine(s.Name)
			}
			line := fmt.Sprintf("%-*s  %-*s", names, name, cells, row)
			if i < len(caption) {
				line += "  " + style.dim(caption[i])
			}
			fmt.Fprintln(&b, strings.TrimRight(line, " "))
		}
	}
	return b.String()
}

// draw makes the picture of a run, at most 8 rows, and what stands behind its first ones: how long it took, and how
// many calls ran at once.
func draw(t *compare.Timeline, width int, atOnce string) (rows, caption []string) {
	caption = []string{figures.Seconds(t.Seconds) + ", " + atOnce}
	if lanesReadable(t, width) {
		for _, lane := range t.Lanes {
			rows = append(rows, drawLane(lane, t.Seconds, width))
		}
		return rows, caption
	}
	// The height is what cells show, not the peak, which may have lasted a moment only.
	top := 0.0
	for cell := range width {
		top = max(top, meanInFlight(t, cell, width))
	}
	each := max(1, math.Ceil(top/mostRows)) // calls that a row stands for
	for row := range max(1, int(math.Ceil(top/each-0.02))) {
		from := float64(row) * each
		rows = append(rows, drawShare(t, from, min(each, max(top-from, 0.1)), width)) // the last row may stand for fewer
	}
	if each > 1 {
		caption = append(caption, fmt.Sprintf("each row is %.0f calls", each))
	}
	return rows, caption
}

// lanesReadable reports whether attempts would be wider than a cell on average, so that one can be told from the next.
func lanesReadable(t *compare.Timeline, width int) bool {
	bars := 0
	for _, lane := range t.Lanes {
		bars = max(bars, len(lane))
	}
	return bars > 0 && float64(bars)*1.5 <= float64(width)
}

// drawLane draws attempts one after another, in two shades by turns; a dot where the lane is idle.
func drawLane(lane []compare.Bar, seconds float64, width int) string {
	cells := make([]rune, width)
	cell := seconds / float64(width)
	for i := range cells {
		cells[i] = '·'
	}
	for i, bar := range lane {
		shade := '█'
		if i%2 == 1 {
			shade = '▒'
		}
		// A cell is the attempt's that covers its middle, and the first cell of even the shortest is its own.
		first := max(0, min(width-1, int(bar.Start/cell+0.5)))
		last := max(first+1, min(width, int(bar.End/cell+0.5)))
		for c := first; c < last; c++ {
			cells[c] = shade
		}
	}
	return string(cells)
}

// drawShare draws a row that is full where more than from+each were in flight, and empty where at most from were.
func drawShare(t *compare.Timeline, from, each float64, width int) string {
	var b strings.Builder
	for c := range width {
		share := (meanInFlight(t, c, width) - from) / each
		switch {
		case share >= 0.8:
			b.WriteRune('█')
		case share >= 0.5:
			b.WriteRune('▓')
		case share >= 0.25:
			b.WriteRune('▒')
		case share >= 0.02:
			b.WriteRune('░')
		default:
			b.WriteRune('·')
		}
	}
	return b.String()
}

// meanInFlight is of one of width equal parts of the run.
func meanInFlight(t *compare.Timeline, part, width int) float64 {
	perPart := float64(len(t.InFlight)) / float64(width)
	start, end := float64(part)*perPart, float64(part+1)*perPart
	sum := 0.0
	for i := int(start); i < len(t.InFlight) && float64(i) < end; i++ {
		sum += t.InFlight[i] * (min(end, float64(i+1)) - max(start, float64(i)))
	}
	return sum / perPart
}
