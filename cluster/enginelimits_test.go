package cluster

import (
	"context"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// The engine's own bound holds for what is queued, whoever comes first, and jobs run within it.
func TestEngineWithAQueueOfItsOwnSize(t *testing.T) {
	e, _ := newEngine(t, MaxQueued(LeastQueued))
	x := connected(t, e.Submit())
	working(t, e.Join(), 2)
	if _, err := overlap.Map(t.Context(), x, double, numbers(1000)); err != nil {
		t.Error(err)
	}
	stream, err := x.engine.(*jetStream).stream.Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	if most := stream.CachedInfo().Config.MaxBytes; most != LeastQueued {
		t.Errorf("%d bytes may be queued, want %d", most, LeastQueued)
	}
}

// Whoever is one too many for an engine is told so, and let in once another has gone.
func TestEngineThatLetsInNoMore(t *testing.T) {
	for name, listen := range map[string]string{"plain": "127.0.0.1:0", "with TLS": ":0"} {
		t.Run(name, func(t *testing.T) {
			e, _ := newEngine(t, MaxConnections(2), Listen(listen))
			first := connected(t, e.Submit())
			working(t, e.Join(), 1)
			if err := first.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			const want = "lets in no more"
			if x, err := Connect(t.Context(), e.Submit()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("a third is told %v", err)
				if err == nil {
					x.Close()
				}
			}
			if err := Work(t.Context(), e.Join(), overlap.Pool(1), 1); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("a second worker is told %v", err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			for ctx.Err() == nil { // the engine notices a moment later that the first has gone
				x, err := Connect(ctx, e.Submit())
				if err != nil {
					continue
				}
				if _, err := overlap.Map(ctx, x, double, numbers(10)); err != nil {
					t.Error(err)
				}
				x.Close()
				return
			}
			t.Error("nobody is let in after one has gone")
		})
	}
}

func TestBoundsOfAnEngineThatAreNone(t *testing.T) {
	for name, f := range map[string]func() Option{
		"MaxQueued":      func() Option { return MaxQueued(LeastQueued - 1) },
		"MaxConnections": func() Option { return MaxConnections(LeastConnections - 1) },
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "overlap: cluster."+name+": ") {
					t.Errorf("%s panics with %q", name, said)
				}
			}()
			f()
		}()
	}
}
