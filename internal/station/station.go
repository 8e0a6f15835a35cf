// Package station has what calls wait for: servers of several kinds inside this process, whose best level is known from
// theory. Auto is tried on them, in real time and in bubbles of testing/synctest.
package station

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// A Station serves one request at each call of Serve, which returns when the request has been served or refused.
type Station interface {
	Serve(ctx context.Context) error
}

// Refusal is the error of a request that a station refused.
type Refusal struct{ After time.Duration }

func (r *Refusal) Error() string    { return "too much was asked at once" }
func (r *Refusal) Overloaded() bool { return true }

// RetryAfter is for how long the station wants to be left alone.
func (r *Refusal) RetryAfter() (time.Duration, bool) { return r.After, r.After > 0 }

// Func is a station that is a function.
type Func func(ctx context.Context) error

// Serve implements Station.
func (f Func) Serve(ctx context.Context) error { return f(ctx) }

// Delay serves any number at once, each after a time drawn.
func Delay(draw func() time.Duration) Station {
	return Func(func(context.Context) error { time.Sleep(draw()); return nil })
}

// Fixed draws always the same time.
func Fixed(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// Exponential draws times with that mean.
func Exponential(mean time.Duration, seed uint64) func() time.Duration {
	return drawn(seed, func(r *rand.Rand) float64 { return r.ExpFloat64() * float64(mean) })
}

// LogNormal draws times e^(mu + sigma·normal), in units.
func LogNormal(mu, sigma float64, unit time.Duration, seed uint64) func() time.Duration {
	return drawn(seed, func(r *rand.Rand) float64 { return math.Exp(mu+sigma*r.NormFloat64()) * float64(unit) })
}

// Pareto draws times between least and most with that shape.
func Pareto(least, most time.Duration, alpha float64, seed uint64) func() time.Duration {
	l, h := math.Pow(float64(least), alpha), math.Pow(float64(most), alpha)
	return drawn(seed, func(r *rand.Rand) float64 {
		return math.Pow(-(r.Float64()*(h-l)-h)/(h*l), -1/alpha)
	})
}

func drawn(seed uint64, draw func(*rand.Rand) float64) func() time.Duration {
	var mu sync.Mutex
	source := rand.New(rand.NewPCG(seed, 1))
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(draw(source))
	}
}

// Queue serves so many at once, in order, each for a time drawn.
func Queue(servers int, draw func() time.Duration) Station {
	free := make(chan struct{}, servers)
	return Func(func(context.Context) error {
		free <- struct{}{}
		time.Sleep(draw())
		<-free
		return nil
	})
}

// Distant is a station behind a network: each request is delayed by a time that may change.
func Distant(of Station, delay func() time.Duration) Station {
	return Func(func(ctx context.Context) error {
		time.Sleep(delay())
		return of.Serve(ctx)
	})
}

// RefusesMore refuses what comes while so many are being served, after a while.
func RefusesMore(than int, served, refused time.Duration) Station {
	var mu sync.Mutex
	n := 0
	return Func(func(context.Context) error {
		mu.Lock()
		full := n >= than
		if !full {
			n++
		}
		mu.Unlock()
		if full {
			time.Sleep(refused)
			return &Refusal{}
		}
		time.Sleep(served)
		mu.Lock()
		n--
		mu.Unlock()
		return nil
	})
}

// Uneven is a station whose refusals come up to so much later.
func Uneven(of Station, later time.Duration, seed uint64) Station {
	draw := drawn(seed, func(r *rand.Rand) float64 { return r.Float64() * float64(later) })
	return Func(func(ctx context.Context) error {
		err := of.Serve(ctx)
		if err != nil {
			time.Sleep(draw())
		}
		return err
	})
}

// TokenBucket refuses what exceeds a rate a second and a burst, after a while.
func TokenBucket(rate, burst float64, served, refused, after time.Duration) Station {
	var mu sync.Mutex
	tokens := burst
	var last time.Time
	return Func(func(context.Context) error {
		mu.Lock()
		now := time.Now()
		if !last.IsZero() {
			tokens = min(burst, tokens+now.Sub(last).Seconds()*rate)
		}
		last = now
		full := tokens < 1
		if !full {
			tokens--
		}
		mu.Unlock()
		if full {
			time.Sleep(refused)
			return &Refusal{After: after}
		}
		time.Sleep(served)
		return nil
	})
}

// Window serves so many in each window of time, and refuses more until the next begins, after a while. The first begins with the
// first request. A refusal may say how many seconds there are until the next, rounded up as the header Retry-After is.
func Window(most int, every, served, refused time.Duration, says bool) Station {
	var mu sync.Mutex
	n := 0
	var began time.Time
	return Func(func(context.Context) error {
		mu.Lock()
		now := time.Now()
		if began.IsZero() {
			began = now
		}
		if passed := now.Sub(began) / every; passed > 0 {
			began, n = began.Add(passed*every), 0
		}
		full := n >= most
		if !full {
			n++
		}
		left := began.Add(every).Sub(now)
		mu.Unlock()
		if full {
			time.Sleep(refused)
			if says {
				return &Refusal{After: (left + time.Second - 1).Truncate(time.Second)}
			}
			return &Refusal{}
		}
		time.Sleep(served)
		return nil
	})
}

// Cliff serves up to so many in the time given; more make each request slower by the square, and a share is refused.
func Cliff(most int, served time.Duration, seed uint64) Station {
	var mu sync.Mutex
	n := 0
	chance := rand.New(rand.NewPCG(seed, 1))
	return Func(func(context.Context) error {
		mu.Lock()
		n++
		over := float64(max(0, n-most))
		refused := chance.Float64() < min(.5, over/100)
		mu.Unlock()
		time.Sleep(time.Duration(float64(served) * (1 + over/10) * (1 + over/10)))
		mu.Lock()
		n--
		mu.Unlock()
		if refused {
			return &Refusal{}
		}
		return nil
	})
}
