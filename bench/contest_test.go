package bench

import (
	"slices"
	"testing"
)

// Every contender gives the right answers; each Run checks its own.
func TestContendersAnswerAlike(t *testing.T) {
	for _, contest := range Contests() {
		for _, contender := range contest.Contenders {
			t.Run(contest.Name+"/"+contender.Name, func(t *testing.T) {
				if err := contender.Run(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestContestsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, contest := range Contests() {
		if seen[contest.Name] {
			t.Errorf("two contests are named %s", contest.Name)
		}
		seen[contest.Name] = true
		names := names(contest)
		if contest.Calls < 1 || contest.Runs < 1 || len(names) < 2 || names[0] != "overlap" {
			t.Errorf("%s needs calls, runs, ours first and a peer: %+v", contest.Name, contest)
		}
		against := contest.Target.Against
		if against != "" && !slices.Contains(names[1:], against) {
			t.Errorf("%s has its target against %q, which is not in it", contest.Name, against)
		}
	}
}

func names(contest Contest) []string {
	var all []string
	for _, contender := range contest.Contenders {
		all = append(all, contender.Name)
	}
	return all
}

func BenchmarkMap(b *testing.B)          { benchmark(b, mapContest()) }
func BenchmarkMapOthers(b *testing.B)    { benchmark(b, mapOthersContest()) }
func BenchmarkBimodal(b *testing.B)      { benchmark(b, bimodalContest()) }
func BenchmarkStream(b *testing.B)       { benchmark(b, streamContest()) }
func BenchmarkStreamWindow(b *testing.B) { benchmark(b, smallWindowContest()) }
func BenchmarkSubmit(b *testing.B)       { benchmark(b, pipelinedContest()) }
func BenchmarkSubmitOne(b *testing.B)    { benchmark(b, oneByOneContest()) }
func BenchmarkAsync(b *testing.B)        { benchmark(b, asyncContest()) }
func BenchmarkObserve(b *testing.B)      { benchmark(b, observeContest()) }
func BenchmarkRate(b *testing.B)         { benchmark(b, rateContest()) }
func BenchmarkPerKey(b *testing.B)       { benchmark(b, perKeyContest()) }
func BenchmarkPerKeyRate(b *testing.B)   { benchmark(b, perKeyRateContest()) }

// benchmark reports what one call takes: B/op and allocs/op are whole numbers for 100,000 calls at once.
func benchmark(b *testing.B, contest Contest) {
	for _, contender := range contest.Contenders {
		b.Run(contender.Name, func(b *testing.B) {
			before := Allocated()
			for b.Loop() {
				if err := contender.Run(); err != nil {
					b.Fatal(err)
				}
			}
			allocated := Allocated().Since(before)
			made := float64(b.N) * float64(contest.Calls)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/made, "ns/call")
			b.ReportMetric(float64(allocated.Bytes)/made, "B/call")
			b.ReportMetric(float64(allocated.Objects)/made, "allocs/call")
		})
	}
}
