package target

import (
	"strconv"

	"github.com/spf13/pflag"
)

// The names of the flags that a command which calls [Run] takes. [Start] passes them to such a command.
const (
	addressFlag    = "address"
	latencyFlag    = "latency"
	jitterFlag     = "jitter"
	capacityFlag   = "capacity"
	errorRateFlag  = "error-rate"
	rateFlag       = "rate"
	rateStatusFlag = "rate-status"
	seedFlag       = "seed"
	withParentFlag = "with-parent"
)

// Flags registers one flag for each field of c, with the field's present value as its default.
func (c *Config) Flags(set *pflag.FlagSet) {
	set.DurationVar(&c.Latency, latencyFlag, c.Latency, "wait this long before each answer")
	set.DurationVar(&c.Jitter, jitterFlag, c.Jitter, "vary the latency at random by up to this much, up or down")
	set.IntVar(&c.Capacity, capacityFlag, c.Capacity, "serve this many requests at once, the others wait; 0 for all")
	set.Float64Var(&c.ErrorRate, errorRateFlag, c.ErrorRate, "answer this share of the requests, 0 to 1, with status 500")
	set.Float64Var(&c.Rate, rateFlag, c.Rate, "let in this many requests a second, refuse the rest; 0 for all")
	set.IntVar(&c.RateStatus, rateStatusFlag, c.RateStatus, "refuse with this status, 429 or 503; 0 for 429")
	set.Uint64Var(&c.Seed, seedFlag, c.Seed, "decides which requests fail, and their jitter")
}

// Args returns the arguments that make the flags of [Config.Flags] give c.
func (c Config) Args() []string {
	return []string{
		"--" + latencyFlag, c.Latency.String(),
		"--" + jitterFlag, c.Jitter.String(),
		"--" + capacityFlag, strconv.Itoa(c.Capacity),
		"--" + errorRateFlag, strconv.FormatFloat(c.ErrorRate, 'g', -1, 64),
		"--" + rateFlag, strconv.FormatFloat(c.Rate, 'g', -1, 64),
		"--" + rateStatusFlag, strconv.Itoa(c.RateStatus),
		"--" + seedFlag, strconv.FormatUint(c.Seed, 10),
	}
}

// RunFlags registers the flags for the two arguments of [Run] that are no part of a Config, with their present values
// as defaults. The one for withParent is hidden: it is for [Start], not for people.
func RunFlags(set *pflag.FlagSet, address *string, withParent *bool) {
	set.StringVar(address, addressFlag, *address, "listen here; port 0 takes a free one")
	set.BoolVar(withParent, withParentFlag, *withParent, "end when standard input ends")
	set.Lookup(withParentFlag).Hidden = true
}
