package overlaptest

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stated is the table of DIVERGENCES.md that says which test states which sections.
func stated() string {
	var b strings.Builder
	b.WriteString("| section | tests |\n| --- | --- |\n")
	names := map[int][]string{}
	for _, chapter := range chapters {
		for _, behaviour := range chapter.behaviours {
			for _, section := range behaviour.sections {
				names[section] = append(names[section], chapter.name+": "+behaviour.name)
			}
		}
	}
	for _, section := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&b, "| %d | %s |\n", section, strings.Join(names[section], "; "))
	}
	return b.String()
}

// Every section is stated by a test or named with a reason, and the table of tests is that of the code.
func TestDivergencesAreComplete(t *testing.T) {
	data, err := os.ReadFile("DIVERGENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if !strings.Contains(text, stated()) {
		t.Errorf("the table of tests is out of date; it should be\n%s", stated())
	}
	named := map[int]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([0-9, –]+) \|`).FindAllStringSubmatch(text, -1) {
		for part := range strings.SplitSeq(row[1], ",") {
			from, to, isRange := strings.Cut(strings.TrimSpace(part), "–")
			first, _ := strconv.Atoi(from)
			last := first
			if isRange {
				last, _ = strconv.Atoi(to)
			}
			for section := first; section <= last; section++ {
				named[section] = true
			}
		}
	}
	for section := 1; section <= 94; section++ {
		if !named[section] {
			t.Errorf("section %d is neither stated nor named", section)
		}
	}
}
