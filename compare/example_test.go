package compare_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"example.com/overlap"
	"example.com/overlap/compare"
	"example.com/overlap/report"
)

var triple = overlap.Define("triple", func(_ context.Context, n int) (int, error) { return 3 * n, nil })

// The program's main hands over to compare.Child, with a function that makes a strategy's executor, when it is started
// with the argument given here: each measurement is made in a process of its own.
func ExampleRun() {
	processes, err := compare.NewProcesses("-measuring-process")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := compare.Run(context.Background(), compare.Plan{
		Jobs:       []compare.Job{{Task: triple.Name(), Inputs: compare.Values(json.RawMessage("1"), json.RawMessage("2"))}},
		Strategies: []compare.Strategy{{Name: "sync"}, {Name: "pool"}},
		Runs:       1,
		Runner:     processes,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range report.Jobs[0].Strategies {
		fmt.Println(s.Name, s.Runs, s.Failed, s.MedianSeconds != nil)
	}
	fmt.Println("same answers:", report.Jobs[0].SameAnswers)
	// Unordered output:
	// sync 1 0 true
	// pool 1 0 true
	// same answers: true
}

// The whole of a program that compares the strategies on a function of its own. In a test, compare.Main stands in
// TestMain.
func ExampleMeasure() {
	compare.Main() // first in main: each measurement is made by this program, started again

	measured, err := compare.Measure(context.Background(), triple, 1, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = report.WriteText(os.Stdout, measured, report.Style{Width: 100})
}
