package overlaptest_test

import (
	"testing"

	"example.com/overlap"
	"example.com/overlap/overlaptest"
)

// Each of our executors, and three that somebody else might write, passes.
func TestConformance(t *testing.T) {
	for _, c := range []struct {
		newExecutor  func() overlap.Executor
		capabilities overlaptest.Capabilities
	}{
		{overlap.Sync, overlaptest.Capabilities{OnCaller: true, Limit: 1, LimitPerJob: true}},
		{overlap.Threads, overlaptest.Capabilities{Limit: overlaptest.Unlimited}},
		{func() overlap.Executor { return overlap.Pool(1) }, overlaptest.Capabilities{Limit: 1}},
		{func() overlap.Executor { return overlap.Pool(2) }, overlaptest.Capabilities{Limit: 2}},
		{func() overlap.Executor { return overlap.Pool(8) }, overlaptest.Capabilities{Limit: 8}},
		{overlap.Async, overlaptest.Capabilities{Limit: overlaptest.Unlimited}},
		{func() overlap.Executor { return overlap.Auto() }, overlaptest.Capabilities{LimitPerJob: true}},
		{func() overlap.Executor { return overlap.Auto(overlap.Max(2)) }, overlaptest.Capabilities{
			Limit: 2, LimitPerJob: true, Chapters: []string{"mapping", "streaming", "limits", "nesting", "keys", "stress"},
		}},
		{func() overlap.Executor { return overlap.Loop() }, overlaptest.Capabilities{Limit: 1, Cooperative: true}},
		{func() overlap.Executor { return feeders{1} },
			overlaptest.Capabilities{Limit: 1, LimitPerJob: true, KeepsWorker: true}},
		{func() overlap.Executor { return feeders{4} },
			overlaptest.Capabilities{Limit: 4, LimitPerJob: true, KeepsWorker: true}},
		{func() overlap.Executor { return elsewhere{4} },
			overlaptest.Capabilities{Limit: 4, LimitPerJob: true, KeepsWorker: true, OtherProcess: true}},
		{func() overlap.Executor { return newBulk(4) }, overlaptest.Capabilities{Limit: 4, OtherProcess: true}},
	} {
		t.Run(c.newExecutor().String(), func(t *testing.T) {
			if testing.Short() && c.newExecutor().String() == "threads" {
				t.Skip("starts a hundred thousand threads")
			}
			overlaptest.TestExecutor(t, c.newExecutor, c.capabilities)
		})
	}
}
