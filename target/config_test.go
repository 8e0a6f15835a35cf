package target

import (
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestValidate(t *testing.T) {
	cases := []struct {
		name   string
		config Config
		want   string // "" if valid
	}{
		{"zero", Config{}, ""},
		{"all", Config{time.Second, time.Second, 8, 1, 0.5, 503, 1, 20, "usl:0.1,0.01", "any", "1s --latency 1s --jitter 0"}, ""},
		{"crowd", Config{RefuseAbove: -1}, "refuse above -1 makes no sense"},
		{"falloff", Config{Falloff: "usl:1"}, `falloff "usl:1" is none`},
		{"falloff", Config{Falloff: "cliff:0,10"}, `falloff "cliff:0,10" is none`},
		{"falloff", Config{Falloff: "cliff:20,0"}, `falloff "cliff:20,0" is none`},
		{"fault", Config{Fault: "x"}, `there is no fault "x": choose from drip, endless, gzip-bomb`},
		{"then", Config{Then: "soon"}, `then "soon" cannot be read`},
		{"then what", Config{Then: "1s --latency x"}, "cannot be read"},
		{"then in seconds", Config{Then: "30 --latency 5 --jitter 1"}, ""},
		{"then before the start", Config{Then: "-1s --latency 400ms"}, "give a time and flags, such as '30s --latency 300ms --capacity 4': -1s is before the start"},
		{"then nothing", Config{Then: "1s"}, "--capacity 4': without flags nothing changes"},
		{"then no flag", Config{Then: "1s latency 5"}, "--capacity 4': latency is no flag"},
		{"then blank", Config{Then: " "}, "--capacity 4': it is blank"},
		{"latency", Config{Latency: -1}, "latency -1ns is negative"},
		{"negative jitter", Config{Latency: time.Second, Jitter: -1}, "jitter -1ns is not between 0 and the latency"},
		{"jitter", Config{Jitter: time.Second}, "jitter 1s is not between 0 and the latency, 0s"},
		{"for ever", Config{Latency: math.MaxInt64, Jitter: 1}, "too long"},
		{"capacity", Config{Capacity: -3}, "capacity -3 is negative"},
		{"negative errors", Config{ErrorRate: -0.1}, "error rate -0.1 is not a share"},
		{"errors", Config{ErrorRate: 10}, "error rate 10 is not a share"},
		{"no number of errors", Config{ErrorRate: math.NaN()}, "error rate NaN is not a share"},
		{"rate", Config{Rate: -1}, "rate -1 is not a number of requests a second"},
		{"no rate", Config{Rate: math.NaN()}, "rate NaN is not"},
		{"endless rate", Config{Rate: math.Inf(1)}, "rate +Inf is not"},
		{"status", Config{RateStatus: 500}, "rate status 500 is neither 429 nor 503"},
		{"two", Config{Capacity: -3, RateStatus: 500}, "capacity -3"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.config.Validate()
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestBadConfigIsRefusedEverywhere(t *testing.T) {
	bad := Config{Capacity: -1}
	const want = "target: capacity -1 is negative"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, startErr := Start(t.Context(), []string{"overlap", "target"}, bad)
	for name, err := range map[string]error{
		"Serve": Serve(t.Context(), listener, bad),
		"Run":   Run(t.Context(), t.Output(), bad, "127.0.0.1:0", false),
		"Start": startErr,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := listener.Accept(); err == nil {
		t.Error("Serve left the listener open")
	}
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("New panicked with %v", err)
		}
	}()
	New(bad)
}

// FuzzArgs checks that the command's flags give back the Config that Start was given.
func FuzzArgs(f *testing.F) {
	f.Add(int64(0), int64(0), 0, 0.0, 0.0, 0, uint64(0), 0, "", "", "")
	f.Add(int64(160*time.Millisecond), int64(40*time.Millisecond), 8, 0.05, 1e-3, 503, uint64(math.MaxUint64), 20, "cliff:1,2", "any", "1s --seed 4")
	f.Add(int64(math.MaxInt64), int64(-1), -8, math.Inf(1), 1e300, -1, uint64(7), -1, "--x", "-", "'")
	f.Fuzz(func(t *testing.T, latency, jitter int64, capacity int, errors, rate float64, status int, seed uint64,
		above int, falloff, fault, then string) {
		if math.IsNaN(errors) || math.IsNaN(rate) {
			t.Skip("is not equal to itself")
		}
		want := Config{time.Duration(latency), time.Duration(jitter), capacity, errors, rate, status, seed, above,
			falloff, fault, then}
		got := Config{Latency: time.Hour, Capacity: 99, Seed: 99}
		set := pflag.NewFlagSet("target", pflag.ContinueOnError)
		got.Flags(set)
		if err := set.Parse(want.Args()); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestFlagsKeepTheirDefaults(t *testing.T) {
	want := Config{Latency: 160 * time.Millisecond, RateStatus: 503, Rate: 2.5}
	got := want
	address, withParent := "127.0.0.1:8080", false
	set := pflag.NewFlagSet("target", pflag.ContinueOnError)
	got.Flags(set)
	RunFlags(set, &address, &withParent)
	if err := set.Parse([]string{"--address", "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	if got != want || address != "127.0.0.1:0" || withParent {
		t.Errorf("got %+v, %q, %v", got, address, withParent)
	}
	if strings.Contains(set.FlagUsages(), "with-parent") {
		t.Error("the usage shows --with-parent")
	}
}

// A plain number is seconds here, as wherever the command takes a time.
func TestFlagsTakeSeconds(t *testing.T) {
	var c Config
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.Flags(set)
	if err := set.Parse([]string{"--latency", "5", "--jitter=.5"}); err != nil {
		t.Fatal(err)
	}
	if c.Latency != 5*time.Second || c.Jitter != 500*time.Millisecond {
		t.Errorf("latency %v, jitter %v", c.Latency, c.Jitter)
	}
}
