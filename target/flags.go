package target

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"example.com/overlap/internal/timespan"
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
	refuseFlag     = "refuse-above"
	falloffFlag    = "falloff"
	faultFlag      = "fault"
	thenFlag       = "then"
	withParentFlag = "with-parent"
)

// Flags registers one flag for each field of c, with the field's present value as its default.
func (c *Config) Flags(set *pflag.FlagSet) {
	timespan.Var(set, &c.Latency, latencyFlag, c.Latency, "wait this long before each answer")
	timespan.Var(set, &c.Jitter, jitterFlag, c.Jitter, "vary the latency at random by up to this much, up or down")
	set.IntVar(&c.Capacity, capacityFlag, c.Capacity, "serve this many requests at once, the others wait; 0 for all")
	set.Float64Var(&c.ErrorRate, errorRateFlag, c.ErrorRate, "answer this share of the requests, 0 to 1, with status 500")
	set.Float64Var(&c.Rate, rateFlag, c.Rate, "let in this many requests a second, refuse the rest; 0 for all")
	set.IntVar(&c.RateStatus, rateStatusFlag, c.RateStatus, "refuse with this status, 429 or 503; 0 for 429")
	set.Uint64Var(&c.Seed, seedFlag, c.Seed, "decides which requests fail, and their jitter")
	set.IntVar(&c.RefuseAbove, refuseFlag, c.RefuseAbove, "refuse what comes while this many requests are there; 0 for none")
	set.StringVar(&c.Falloff, falloffFlag, c.Falloff, "have the latency grow with the requests served at once: "+
		"usl:CONTENTION,COHERENCY such as usl:0.02,0.0005, or cliff:N,TIMES such as cliff:20,10")
	set.StringVar(&c.Fault, faultFlag, c.Fault, "answer each request as a hostile server does: "+
		strings.Join(FaultKinds(), ", ")+", or any; "+FaultPath+"KIND does so without this")
	set.StringVar(&c.Then, thenFlag, c.Then, "change after a time into what these flags say: '30s --latency 300ms --capacity 4'")
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
		"--" + refuseFlag, strconv.Itoa(c.RefuseAbove),
		"--" + falloffFlag, c.Falloff,
		"--" + faultFlag, c.Fault,
		"--" + thenFlag, c.Then,
	}
}

// RunFlags registers the flags for the two arguments of [Run] that are no part of a Config, with their present values
// as defaults. The one for withParent is hidden: it is for [Start], not for people.
func RunFlags(set *pflag.FlagSet, address *string, withParent *bool) {
	set.StringVar(address, addressFlag, *address, "listen here; port 0 takes a free one")
	set.BoolVar(withParent, withParentFlag, *withParent, "end when standard input ends")
	set.Lookup(withParentFlag).Hidden = true
}
