package cluster

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"example.com/overlap"
)

// A job whose chunks find no room in the queue for those of others says so, and goes on when there is some.
func TestQueueThatIsFull(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for name, c := range map[string]struct {
		chunks, bytes int64 // that the queue may have
		says          string
	}{
		"of chunks": {4, -1, "(4 chunks of at most 4)"},
		"of bytes":  {-1, 4 << 10, "(3 KB of at most 4)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := make(chan string, 100)
			x := embedded(t, Notices(func(text string) { said <- text }))
			e := x.engine.(*jetStream)
			const task, others = "0123456789ab", "others"
			if err := e.open(t.Context(), task); err != nil {
				t.Fatal(err)
			}
			stream, err := e.stream.Stream(t.Context(), streamName)
			if err != nil {
				t.Fatal(err)
			}
			bounds := stream.CachedInfo().Config
			bounds.MaxMsgs, bounds.MaxBytes = c.chunks, c.bytes
			if _, err := e.stream.UpdateStream(t.Context(), bounds); err != nil {
				t.Fatal(err)
			}
			for range 200 {
				e.submit(task, others, []byte("a chunk"))
			}
			working(t, x.Join(), 2)
			values := make(chan error, 1)
			go func() {
				got, err := overlap.Map(t.Context(), x, double, numbers(100))
				for i := range got {
					if got[i] != 2*i && err == nil {
						err = fmt.Errorf("call %d has %d", i, got[i])
					}
				}
				values <- err
			}()
			waitToBeSaid(t, said, "the engine's queue is full of calls that no worker has taken "+c.says)
			if waits := x.waits(); waits != "the engine's queue is full" {
				t.Errorf("the job is said to wait since %q", waits)
			}
			select {
			case err := <-values:
				t.Fatalf("the job has ended: %v", err)
			default:
			}
			if err := e.drop(t.Context(), others); err != nil {
				t.Fatal(err)
			}
			if err := <-values; err != nil {
				t.Error(err)
			}
			waitToBeSaid(t, said, "there is room for the job's calls again")
		})
	}
}

// There is room for a chunk while neither bound is reached with it.
func TestRoomOfAQueue(t *testing.T) {
	o := &streamOffer{subject: "0123456789", size: 74} // 100 bytes
	for _, c := range []struct {
		chunks, bytes uint64
		full          bool
	}{{0, 0, false}, {9, 899, false}, {10, 0, true}, {0, 900, true}} {
		of := &jetstream.StreamInfo{Config: jetstream.StreamConfig{MaxMsgs: 10, MaxBytes: 1000}, State: jetstream.StreamState{Msgs: c.chunks, Bytes: c.bytes}}
		if full := o.refused(of) != nil; full != c.full {
			t.Errorf("with %d chunks of %d bytes it is full: %v", c.chunks, c.bytes, full)
		}
	}
}
