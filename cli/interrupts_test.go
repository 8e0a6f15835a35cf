package cli

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Each list is of what happens when, in milliseconds: signals on the left, the steps that they lead to on the right.
func TestStepsOfSignals(t *testing.T) {
	type at struct {
		ms int
		by os.Signal
	}
	const interrupt, term, hup, quit = syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT
	for name, c := range map[string]struct {
		signals []at
		want    []string
	}{
		"each takes the next": {
			[]at{{0, interrupt}, {300, interrupt}, {600, interrupt}}, []string{"drain 0", "cancel 300", "leave 600"},
		},
		"twice at once is once": {
			[]at{{0, interrupt}, {1, interrupt}, {199, interrupt}, {201, interrupt}}, []string{"drain 0", "cancel 201"},
		},
		"of different kinds, too":   {[]at{{0, interrupt}, {5, hup}, {300, hup}}, []string{"drain 0", "cancel 300"}},
		"SIGTERM has an end":        {[]at{{0, term}}, []string{"drain 0", "cancel 8000", "leave 9500"}},
		"also as the second":        {[]at{{0, interrupt}, {100, term}}, []string{"drain 0", "cancel 8100", "leave 9600"}},
		"and after a cancel":        {[]at{{0, term}, {1000, interrupt}}, []string{"drain 0", "cancel 1000", "leave 9500"}},
		"the first SIGTERM counts":  {[]at{{0, term}, {5000, term}}, []string{"drain 0", "cancel 5000", "leave 9500"}},
		"SIGQUIT leaves at once":    {[]at{{0, quit}}, []string{"leave 0"}},
		"SIGQUIT is never another":  {[]at{{0, interrupt}, {1, quit}}, []string{"drain 0", "leave 1"}},
		"a hang-up has no such end": {[]at{{0, hup}}, []string{"drain 0"}},
		"so does each order, but the last": {
			[]at{{0, byOrder{}}, {1, byOrder{}}, {300, byOrder{}}, {600, interrupt}}, []string{"drain 0", "cancel 1", "leave 600"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signals, orders, over := make(chan os.Signal, 16), make(chan os.Signal, 16), make(chan struct{})
				start := time.Now()
				var got []string
				named := func(name string) step {
					return func(os.Signal) { got = append(got, fmt.Sprint(name, " ", time.Since(start).Milliseconds())) }
				}
				go takeSteps(signals, orders, over, []step{named("drain"), named("cancel"), named("leave")})
				for _, s := range c.signals {
					time.Sleep(time.Duration(s.ms)*time.Millisecond - time.Since(start))
					if s.by == (byOrder{}) {
						orders <- s.by
					} else {
						signals <- s.by
					}
					synctest.Wait()
				}
				time.Sleep(time.Minute)
				close(over)
				synctest.Wait()
				if !slices.Equal(got, c.want) {
					t.Errorf("the steps are %v, want %v", got, c.want)
				}
			})
		})
	}
}
