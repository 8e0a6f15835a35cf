package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/overlap"
)

// setBack has the clock of submitters be behind that of workers by so much: of all that crosses, deadlines alone are by the
// clock.
func setBack(by time.Duration) func() *fake {
	return func() *fake {
		f := newFake(nil)
		f.alter = func(message []byte) []byte {
			c, err := decodeChunk(message)
			if err != nil {
				return message
			}
			c.deadline = c.deadline.Add(-by)
			return c.append(nil)
		}
		return f
	}
}

// However much the clocks of a submitter and of a worker differ, a call has as long as the job's deadline leaves it.
func TestDeadlinesByOtherClocks(t *testing.T) {
	for _, by := range []time.Duration{0, time.Second / 2, 5 * time.Second, time.Hour, 1000 * time.Hour} {
		for _, by := range []time.Duration{by, -by} {
			t.Run(by.String(), func(t *testing.T) {
				onFake(t, setBack(by), 2, func(t *testing.T, x *Executor) {
					ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
					defer cancel()
					short := slices.Repeat([]time.Duration{time.Second}, 4)
					if values, err := overlap.Map(ctx, x, naps, short); err != nil || !slices.Equal(values, short) {
						t.Errorf("what ends before the deadline: %v, %v", values, err)
					}
					began := time.Now()
					_, err := overlap.Map(ctx, x, naps, []time.Duration{time.Hour})
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("what ends after the deadline: %v", err)
					}
					if took := time.Since(began); took > 3*time.Second+clocksAgree {
						t.Errorf("it ends after %v, long after the deadline", took)
					}
				})
			})
		}
	}
}

// carriesTime finds a time of about now in a message: as text, or as a number of seconds or less since 1970.
func carriesTime(message []byte, now time.Time) string {
	if day := now.UTC().Format(time.DateOnly); bytes.Contains(message, []byte(day)) {
		return day
	}
	for i := range message {
		signed, _ := binary.Varint(message[i:])
		unsigned, _ := binary.Uvarint(message[i:])
		numbers := []int64{signed, int64(unsigned)}
		if len(message)-i >= 8 {
			numbers = append(numbers, int64(binary.BigEndian.Uint64(message[i:])), int64(binary.LittleEndian.Uint64(message[i:])))
		}
		for _, n := range numbers {
			for _, t := range []time.Time{time.Unix(n, 0), time.UnixMilli(n), time.UnixMicro(n), time.Unix(0, n)} {
				if t.Sub(now).Abs() < time.Hour {
					return fmt.Sprintf("%v at byte %d", t, i)
				}
			}
		}
	}
	return ""
}

// Nothing that submitters, workers and engines tell one another has a time by somebody's clock in it, but for the deadline of
// a job, of which TestDeadlinesByOtherClocks is.
func TestNoOtherTimeCrosses(t *testing.T) {
	kinds := map[kind]bool{}
	spy := func() *fake {
		f := newFake(nil)
		f.largestIs = 1 << 10
		f.alter = func(message []byte) []byte {
			told := message
			if len(message) > 0 {
				kinds[kind(message[0])] = true
			}
			if c, err := decodeChunk(message); err == nil {
				c.deadline = time.Unix(0, 0)
				told = c.append(nil)
			}
			if at := carriesTime(told, time.Now()); at != "" {
				t.Errorf("%q has the time %s", told, at)
			}
			return message
		}
		return f
	}
	onFake(t, spy, 2, func(t *testing.T, x *Executor) {
		time.Sleep(11 * time.Second) // so that the job has begun on the same day
		began := time.Now().Add(-10 * time.Second)
		offered, err := x.Offer(func() Job { return Job{Began: began} }, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		defer offered.Withdraw()
		time.Sleep(3 * greeting)
		if err := x.CheckFiles(t.Context(), []File{{filepath.Join(os.TempDir(), "none"), 1}}); err == nil {
			t.Error("workers have a file that there is not")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for r := range overlap.Stream(ctx, x, naps, slices.Values([]time.Duration{1, time.Millisecond, time.Second}),
			overlap.Observe(func(int, []overlap.Event) {})) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
		short, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		if _, err := overlap.Map(short, x, naps, []time.Duration{time.Hour}); err == nil {
			t.Error("no call is canceled")
		}
		if _, err := overlap.Map(ctx, x, double, numbers(3), overlap.AtMostOnce()); err != nil {
			t.Error(err)
		}
		if _, err := overlap.Map(ctx, x, failer, numbers(2)); err == nil {
			t.Error("no call fails")
		}
		if _, err := overlap.Map(ctx, x, repeat, []int{5000}); err != nil {
			t.Error(err)
		}
		jobs, err := x.Jobs(t.Context(), time.Second)
		if err != nil || len(jobs) != 1 || time.Since(jobs[0].Began) < 10*time.Second || time.Since(jobs[0].Began) > time.Minute {
			t.Errorf("the job that began some 10 s ago: %+v, %v", jobs, err)
		}
		if err := x.OrderJob(t.Context(), jobs[0].ID, PauseJob); err != nil {
			t.Error(err)
		}
	})
	for k := kindChunk; k <= kindClaim; k++ {
		if !kinds[k] && k != kindDrain {
			t.Errorf("no message of the kind %d has been looked at", k)
		}
	}
}

// Those whose clock says that the engine's certificate is long out of date, or not yet of any worth, come to it all the same:
// they go by its key.
func TestCertificatesByOtherClocks(t *testing.T) {
	host, _, err := net.SplitHostPort(outward(t))
	if err != nil {
		t.Fatal(err)
	}
	for what, made := range map[string]time.Time{
		"it is an old one":           time.Now().AddDate(-30, 0, 0),
		"it is one of the future":    time.Now().AddDate(30, 0, 0),
		"the clocks are an hour off": time.Now().Add(25 * time.Hour),
	} {
		t.Run(what, func(t *testing.T) {
			i, err := newIdentity()
			if err != nil {
				t.Fatal(err)
			}
			certificate, err := i.certificate(made)
			if err != nil {
				t.Fatal(err)
			}
			named, err := pin(&i.own.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			all, err := usersOf(i, "")
			if err != nil {
				t.Fatal(err)
			}
			s, err := server.NewServer(&server.Options{
				Host: host, Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(), AlwaysEnableNonce: true,
				CustomClientAuthentication: &users{byKey: all},
				TLSConfig:                  &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
				TLSTimeout:                 patienceToJoin.Seconds(), TLSHandshakeFirst: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			go s.Start()
			t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
			if !s.ReadyForConnections(startPatience) {
				t.Fatal("the engine is not ready")
			}
			r := &running{address: s.Addr().String(), pin: named}
			submit, err := r.joinBy(i.submitter)
			if err != nil {
				t.Fatal(err)
			}
			join, err := r.joinBy(i.worker)
			if err != nil {
				t.Fatal(err)
			}
			x := connected(t, submit)
			working(t, join, 2)
			if values, err := overlap.Map(t.Context(), x, double, numbers(100)); err != nil || !slices.Equal(values, doubled(100)) {
				t.Errorf("got %v, %v", values, err)
			}
		})
	}
}
