package report

import (
	"fmt"
	"slices"
	"testing"

	"example.com/overlap/compare"
)

// Pictures are drawn for any width without running out of bounds, each row as wide as asked.
func TestDrawAnyWidth(t *testing.T) {
	var lane []compare.Bar
	for i := range 100 {
		lane = append(lane, compare.Bar{Start: float64(i) / 100, End: float64(i+1) / 100})
	}
	for _, c := range []struct {
		inFlight float64
		lanes    [][]compare.Bar
	}{
		{1, [][]compare.Bar{lane}}, {2, [][]compare.Bar{{{Start: 0, End: 0.3}}, {{Start: 0.9, End: 1}, {Start: 1, End: 1}}}},
		{7, nil}, {8.5, nil}, {100, nil}, {1e-9, nil}, {0, nil},
	} {
		line := &compare.Timeline{Seconds: 1, InFlight: slices.Repeat([]float64{c.inFlight}, mostCells), Lanes: c.lanes}
		for width := 1; width <= 250; width++ {
			rows, _ := draw(line, width, "")
			if len(rows) < 1 || len(rows) > mostRows {
				t.Fatalf("%d rows of %v in flight", len(rows), c.inFlight)
			}
			for _, row := range rows {
				if n := len([]rune(row)); n != width {
					t.Fatalf("a row of %d cells, want %d: %s", n, width, row)
				}
			}
		}
	}
}

func TestLanesShowOneCallAfterAnother(t *testing.T) {
	for _, c := range []struct {
		lane []compare.Bar
		want string
	}{
		{[]compare.Bar{{Start: 0, End: 5}, {Start: 5, End: 10}}, "█████▒▒▒▒▒"},
		{[]compare.Bar{{Start: 2, End: 4}, {Start: 6, End: 9}}, "··██··▒▒▒·"},
		{[]compare.Bar{{Start: 3, End: 3.01}}, "···█······"},
		{[]compare.Bar{{Start: 9.99, End: 10}}, "·········█"},
		{nil, "··········"},
	} {
		if got := drawLane(c.lane, 10, 10); got != c.want {
			t.Errorf("%v: %s, want %s", c.lane, got, c.want)
		}
	}
}

func ExampleStyle() {
	fmt.Println(Style{Width: 20}.wrap("a line that is too long for so few columns", "  "))
	// Output:
	// a line that is too
	//   long for so few
	//   columns
}
