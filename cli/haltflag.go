package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"example.com/overlap"
)

// haltFlag is when a job is to end early, as --halt of GNU parallel says it.
type haltFlag struct {
	text string // as it was given; "" where it was not
	want overlap.HaltPolicy
	on   bool
}

const wantedHalt = "give now or soon, a comma, and fail, success or done with a number or share of calls, as in " +
	"now,fail=1 or soon,success=10%; or never"

// Set implements pflag.Value.
func (f *haltFlag) Set(text string) error {
	if text == "never" {
		*f = haltFlag{text: text}
		return nil
	}
	when, rule, _ := strings.Cut(text, ",")
	which, number, ok := strings.Cut(rule, "=")
	kinds := map[string]overlap.HaltOn{"fail": overlap.OnFailure, "success": overlap.OnSuccess, "done": overlap.OnEnd}
	on, known := kinds[which]
	if !ok || !known || when != "now" && when != "soon" {
		return errors.New(wantedHalt)
	}
	policy := overlap.HaltPolicy{On: on, Now: when == "now"}
	if share, ok := strings.CutSuffix(number, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent > 0 && percent <= 100) {
			return errors.New("give a share above 0% and of at most 100%")
		}
		policy.Percent = percent
	} else {
		n, err := strconv.Atoi(number)
		switch {
		case err != nil || n < 1:
			return errors.New("give a whole number of calls from 1, or a share of them as 10%")
		case tooMany("--halt", n) != nil:
			return tooMany("--halt", n)
		}
		policy.Count = n
	}
	*f = haltFlag{text: text, want: policy, on: true}
	return nil
}

// Type implements pflag.Value.
func (*haltFlag) Type() string { return "policy" }

// String implements pflag.Value.
func (f *haltFlag) String() string { return f.text }

// policy is the one for a job of so many calls, negative where that is not known. A share of a number that is known is
// a number: the library learns how many calls there are when the inputs end, which may be long after enough have failed.
func (f *haltFlag) policy(calls int64) (policy overlap.HaltPolicy, ok bool) {
	policy = f.want
	if policy.Percent > 0 && calls > 0 {
		policy.Count, policy.Percent = int(math.Ceil(policy.Percent*float64(calls)/100)), 0
	}
	return policy, f.on
}
