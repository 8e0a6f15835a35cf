package tune

import (
	"math"
	"slices"
	"testing"
)

func TestProcessLimitReadsTheSoftLimit(t *testing.T) {
	const limits = "Limit                     Soft Limit           Hard Limit           Units     \n" +
		"Max cpu time              unlimited            unlimited            seconds   \n"
	for line, want := range map[string]int{
		"Max processes             96199                96200                processes \n": 96199,
		"Max processes             unlimited            unlimited            processes \n": math.MaxInt,
		"Max processes\n": math.MaxInt,
		"":                math.MaxInt,
	} {
		if got := processLimit(limits + line); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}

func TestPidsGroupsAreThoseFromHereToTheRoot(t *testing.T) {
	got := pidsGroups("12:cpu,cpuacct:/a\n8:pids:/user/app\n0::/user/app\nrubbish\n")
	want := []string{"/sys/fs/cgroup/pids/user/app", "/sys/fs/cgroup/pids/user", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/user/app", "/sys/fs/cgroup/user", "/sys/fs/cgroup"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestThreadsLeftIsPositiveHere(t *testing.T) {
	if left, ok := ThreadsLeft(); left < 1 || !ok {
		t.Errorf("ThreadsLeft() = %d, %v", left, ok)
	}
}
