package main

import (
	"strings"
	"testing"
)

func TestMeasureEachContender(t *testing.T) {
	const calls = 500
	for _, contender := range contenders {
		t.Run(contender.name, func(t *testing.T) {
			cost, err := measure(contender.name, calls)
			if err != nil {
				t.Fatal(err)
			}
			if cost.StartedSeconds <= 0 {
				t.Errorf("calls started in no time: %+v", cost)
			}
		})
	}
	if _, err := measure("threads", calls); err == nil || !strings.Contains(err.Error(), `"threads"`) {
		t.Errorf("want an error that names the unknown contender, got %v", err)
	}
}

func TestResidentOf(t *testing.T) {
	for _, test := range []struct {
		name, status string
		want         int64
	}{
		{"among other lines", "VmPeak:\t  2000 kB\nVmRSS:\t  1234 kB\nThreads:\t5\n", 1234 * 1024},
		{"missing", "VmPeak:\t  2000 kB\n", 0},
		{"empty", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := residentOf(test.status); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
