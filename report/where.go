package report

import (
	"fmt"

	"example.com/overlap/compare"
)

const whereHeading = "Where the time of the slots went, in percent:"

// whereColumns are those of the table that says where the time of each strategy went, without the parts that no
// strategy has; nil if nothing is known.
func whereColumns(j *compare.JobReport) []column {
	names, slots := column{head: "strategy"}, column{head: "slots", right: true}
	var parts []column
	var any []bool
	for _, s := range j.Strategies {
		names.cells = append(names.cells, oneLine(s.Name))
		if s.Where == nil {
			slots.cells = append(slots.cells, "-")
			continue
		}
		slots.cells = append(slots.cells, fmt.Sprint(s.Where.Slots))
		parts, any = make([]column, len(s.Where.Parts())), make([]bool, len(s.Where.Parts()))
	}
	for _, s := range j.Strategies {
		for i := range parts {
			cell := "-"
			if s.Where != nil {
				part := s.Where.Parts()[i]
				parts[i].head, parts[i].right = part.Name, true
				cell = percent(part.Share)
				any[i] = any[i] || cell != "0"
			}
			parts[i].cells = append(parts[i].cells, cell)
		}
	}
	if parts == nil {
		return nil
	}
	all := []column{names, slots}
	for i, part := range parts {
		if any[i] {
			all = append(all, part)
		}
	}
	return all
}

// percent is a share with at most one decimal, and 0 for what is less than that.
func percent(share float64) string {
	text := fmt.Sprintf("%.1f", share*100)
	switch {
	case text == "0.0" || text == "-0.0":
		return "0"
	case share >= 0.0995:
		return fmt.Sprintf("%.0f", share*100)
	}
	return text
}

// whereSentence says it in words of the strategy that is likely the fastest, "" if nothing is known.
func whereSentence(j *compare.JobReport) string {
	for _, s := range j.Strategies {
		if s.Where != nil && len(j.Contenders) > 0 && s.Name == j.Contenders[0] {
			return oneLine(s.Name + ": " + s.Where.Sentence)
		}
	}
	return ""
}
