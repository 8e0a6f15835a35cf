package overlap_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/station"
)

// sweptCall is what the i-th call of a job asks of a far end.
type sweptCall func(ctx context.Context, i int) error

// swept is what Auto made of a far end.
type swept struct {
	name    string
	calls   int
	ratio   float64 // how many times as long it took as at best
	refused int64
	beyond  float64 // how many more were refused than 128 and one call of a hundred
	lost    int     // how many calls failed
	cutOff  bool    // it took more than a hundred times as long and a minute
}

// addSwept has a far end swept, which would take so long for so many calls at best.
type addSwept func(name string, calls int, best time.Duration, far func() sweptCall, options ...overlap.Option)

// The far ends that TestSweep asks, by kind.
var sweeps = []struct {
	kind string
	run  func(add addSwept)
}{
	{"once", func(add addSwept) {
		for _, calls := range []int{100, 300, 1000, 4000} {
			for _, served := range []time.Duration{0, ms, 20 * ms, 100 * ms} {
				for _, refused := range []time.Duration{0, ms, 20 * ms} {
					add(fmt.Sprintf("%d calls of %v, each refused once in %v", calls, served, refused), calls, served+refused,
						refusesFirst(calls, served, refused))
				}
			}
		}
	}},
	{"always", func(add addSwept) {
		for _, calls := range []int{200, 600, 2000} {
			for _, served := range []time.Duration{10 * ms, 50 * ms} {
				for _, refused := range []time.Duration{0, ms, 10 * ms} {
					for _, of100 := range []uint32{1, 5, 10, 20, 50, 90} {
						add(fmt.Sprintf("%d of 100, %d calls of %v, always refused in %v", of100, calls, served, refused), calls,
							served+1060*ms, func() sweptCall { // for so long they are offered again
								return func(_ context.Context, i int) error {
									if (uint32(i)*2654435761>>8)%100 < of100 {
										time.Sleep(refused)
										return &station.Refusal{}
									}
									time.Sleep(served)
									return nil
								}
							})
					}
				}
			}
		}
	}},
	{"chance", func(add addSwept) {
		for _, share := range []float64{.05, .1, .2, .3, .4, .5} {
			for _, calls := range []int{300, 1000, 4000} {
				for _, served := range []time.Duration{5 * ms, 20 * ms, 100 * ms} {
					for _, refused := range []time.Duration{ms, 20 * ms} {
						add(fmt.Sprintf("%.2f of %d calls of %v refused in %v", share, calls, served, refused), calls,
							time.Duration(calls/32)*served, serves(func() station.Station {
								return refusesSome(share, refused, station.Queue(32, station.Fixed(served)))
							}))
					}
				}
			}
		}
	}},
	{"limits", func(add addSwept) {
		for _, limit := range []int{1, 2, 3, 5, 10, 20, 50, 100, 130, 150, 200, 260, 300, 400, 513, 600, 800, 1030} {
			for _, served := range []time.Duration{2 * ms, 20 * ms, 100 * ms} {
				for _, share := range []float64{0, .1, .5, 1} {
					refused := time.Duration(share * float64(served))
					calls := max(300, limit*60)
					add(fmt.Sprintf("%d at once, %d calls of %v, refused in %v", limit, calls, served, refused), calls,
						time.Duration(calls/limit)*served, serves(func() station.Station {
							return station.Uneven(station.RefusesMore(limit, served, refused), max(refused, time.Microsecond), 1)
						}))
				}
			}
		}
	}},
	{"rates", func(add addSwept) {
		for _, rate := range []int{5, 10, 50, 100, 500, 2000} {
			for _, burst := range []int{1, max(1, rate/10), rate} {
				for _, served := range []time.Duration{5 * ms, 20 * ms, 100 * ms, 500 * ms} {
					for _, refused := range []time.Duration{0, ms, 5 * ms} {
						for _, after := range []time.Duration{0, time.Second} {
							calls := rate * 20
							name := fmt.Sprintf("%d a second, %d at once, %v, refused in %v, again after %v", rate, burst, served, refused, after)
							best := time.Duration(calls-burst)*time.Second/time.Duration(rate) + served
							add(name, calls, best, serves(func() station.Station {
								bucket := station.TokenBucket(float64(rate), float64(burst), served, refused, after)
								return station.Uneven(bucket, max(refused, time.Microsecond), 1)
							}))
						}
					}
				}
			}
		}
	}},
	{"windows", func(add addSwept) {
		for _, most := range []int{10, 60, 100, 300, 1000} {
			for _, every := range []time.Duration{time.Second, 10 * time.Second} {
				for _, served := range []time.Duration{5 * ms, 50 * ms, 300 * ms} {
					for _, refused := range []time.Duration{ms, 20 * ms} {
						for _, says := range []bool{false, true} {
							windows := 20 * int(time.Second) / int(every)
							calls := most * max(6, windows)
							name := fmt.Sprintf("%d each %v, %d calls of %v, refused in %v, says %v", most, every, calls, served, refused, says)
							best := time.Duration(max(6, windows)-1)*every + served
							add(name, calls, best, serves(func() station.Station {
								return station.Uneven(station.Window(most, every, served, refused, says), max(refused, time.Microsecond), 1)
							}))
						}
					}
				}
			}
		}
	}},
	{"cliffs", func(add addSwept) {
		for _, at := range []int{5, 10, 50, 100, 150, 200, 300, 500} {
			for _, served := range []time.Duration{5 * ms, 20 * ms, 100 * ms} {
				for seed := range uint64(4) {
					calls := at * 100
					add(fmt.Sprintf("breaks down beyond %d, %d calls of %v, %d", at, calls, served, seed), calls,
						time.Duration(calls/at)*served, serves(func() station.Station { return station.Cliff(at, served, seed+1) }))
				}
			}
		}
	}},
	{"timeouts", func(add addSwept) {
		for _, limit := range []time.Duration{60 * ms, 75 * ms, 100 * ms, 150 * ms, 250 * ms, 500 * ms} {
			for _, at := range []int{2, 5, 20, 60, 100} {
				for _, notices := range []bool{false, true} {
					for _, varies := range []bool{false, true} {
						calls := max(500, at*100)
						add(fmt.Sprintf("%d at once, %d calls given %v, notices %v, varies %v", at, calls, limit, notices, varies), calls,
							time.Duration(calls/at)*50*ms, func() sweptCall {
								return (&places{notices: notices, varies: varies, most: func() int { return at }}).Serve
							}, overlap.Timeout(limit))
					}
				}
			}
		}
	}},
}

// serves has each call ask a station.
func serves(far func() station.Station) func() sweptCall {
	return func() sweptCall {
		s := far()
		return func(ctx context.Context, _ int) error { return s.Serve(ctx) }
	}
}

// TestSweep prints what Auto makes of many far ends that refuse, in virtual time: of the kind that OVERLAP_SWEEP names.
func TestSweep(t *testing.T) {
	if os.Getenv("OVERLAP_SWEEP") == "" {
		t.Skip("prints figures only: set OVERLAP_SWEEP to once, always, chance, limits, rates, windows, cliffs, timeouts or all")
	}
	overlap.SenseNothing(t)
	for _, kind := range sweeps {
		if of := os.Getenv("OVERLAP_SWEEP"); of != kind.kind && of != "all" {
			continue
		}
		var all []swept
		kind.run(func(name string, calls int, best time.Duration, far func() sweptCall, options ...overlap.Option) {
			all = append(all, runSwept(t, name, calls, best, far, options...))
		})
		printSwept(kind.kind, all)
	}
}

// runSwept has Auto make calls of a far end, where they would take so long at best. It gives up after a hundred times that and a
// minute.
func runSwept(t *testing.T, name string, calls int, best time.Duration, far func() sweptCall, options ...overlap.Option) swept {
	s := swept{name: name, calls: calls}
	synctest.Test(t, func(t *testing.T) {
		call := far()
		var refused atomic.Int64
		task := overlap.Func(func(ctx context.Context, i int) (int, error) {
			err := call(ctx, i)
			if err != nil {
				refused.Add(1)
			}
			return 0, err
		})
		in := make([]int, calls)
		for i := range in {
			in[i] = i
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute+100*best)
		defer cancel()
		begun := time.Now()
		results, _ := overlap.MapResults(ctx, overlap.Auto(), task, in, append(options, overlap.KeepGoing())...)
		s.ratio = time.Since(begun).Seconds() / max(best, 2*ms).Seconds()
		for _, r := range results {
			if r.Err != nil {
				s.lost++
			}
		}
		s.refused, s.cutOff = refused.Load(), ctx.Err() != nil
		s.beyond = float64(s.refused) - 128 - float64(calls)/100
	})
	return s
}

func printSwept(kind string, all []swept) {
	sum, lost, losing, cutOff := 0., 0, 0, 0
	for _, s := range all {
		sum += s.ratio
		switch {
		case s.cutOff:
			cutOff++
		case s.lost > 0:
			lost += s.lost
			losing++
		}
	}
	worst := func(what string, of func(s swept) float64) {
		slices.SortFunc(all, func(a, b swept) int { return cmp.Compare(of(b), of(a)) })
		fmt.Printf("  %s: median %.2f, most:\n", what, of(all[len(all)/2]))
		for _, s := range all[:min(10, len(all))] {
			fmt.Printf("    %7.2f  %s: %.2f times as long as at best, %d refused, %d lost\n", of(s), s.name, s.ratio, s.refused, s.lost)
		}
	}
	fmt.Printf("%s: %d far ends, %.2f times as long as at best on average; %d cut off; of the others %d lost %d calls\n",
		kind, len(all), sum/float64(len(all)), cutOff, losing, lost)
	worst("times as long", func(s swept) float64 { return s.ratio })
	worst("refused beyond 128 and 1 %, of a call", func(s swept) float64 { return s.beyond / float64(s.calls) })
}
