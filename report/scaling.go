package report

import (
	"fmt"
	"strings"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// scalingColumns are those of the table of a strategy's levels.
func scalingColumns(s *compare.Scaling) []column {
	all := []column{{head: "at once"}, {head: "median"}, {head: "calls/s"}, {head: "cores"}, {head: "the law"}}
	for _, level := range s.Levels {
		cells := []string{fmt.Sprint(level.AtOnce), figures.Seconds(level.MedianSeconds),
			figures.DigitsUpTo(level.CallsPerSecond, 2), "-", "-"}
		if level.AtOnce == s.Knee {
			cells[0] = "* " + cells[0]
		}
		if level.CoresBusy != nil {
			cells[3] = figures.DigitsUpTo(*level.CoresBusy, 2)
		}
		if s.Law != nil {
			cells[4] = figures.DigitsUpTo(s.Law.At(float64(level.AtOnce)), 2)
		}
		for i := range all {
			all[i].cells, all[i].right = append(all[i].cells, cells[i]), true
		}
	}
	if s.Law == nil {
		all = all[:4]
	}
	return all
}

// scalingHeading stands above it.
func scalingHeading(s *compare.Scaling) string {
	return fmt.Sprintf("How %s scales (*: the fewest at once within 5 %% of the best):", oneLine(s.Strategy))
}

// scalingText says what it comes to.
func scalingText(s *compare.Scaling) string {
	text := oneLine(s.Sentence)
	if s.Law != nil {
		text += fmt.Sprintf(" The Universal Scalability Law fits within %s: contention %s, crosstalk %s.",
			figures.Percent(s.Law.Residual), figures.DigitsUpTo(s.Law.Sigma, 5), figures.DigitsUpTo(s.Law.Kappa, 7))
	}
	return text
}

// writeScaling writes the table of a strategy's levels as text.
func writeScaling(b *strings.Builder, s *compare.Scaling, style Style) {
	fmt.Fprintf(b, "\n%s\n", style.wrap(scalingHeading(s), ""))
	line := func(paint func(string) string, text func(column) string) {
		var cells []string
		for _, c := range scalingColumns(s) {
			cells = append(cells, c.pad(text(c)))
		}
		fmt.Fprintln(b, paint(strings.Join(cells, "  ")))
	}
	line(style.dim, func(c column) string { return c.head })
	for i, level := range s.Levels {
		paint := func(text string) string { return text }
		if level.AtOnce == s.Knee {
			paint = style.green
		}
		line(paint, func(c column) string { return c.cells[i] })
	}
	fmt.Fprintln(b, style.wrap(scalingText(s), ""))
}
