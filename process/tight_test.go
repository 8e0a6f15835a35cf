//go:build linux

package process

import (
	"context"
	"strings"
	"testing"

	"example.com/overlap"
)

func TestAWorkerWithoutRoomToStartSaysSo(t *testing.T) {
	p := New(1, MemoryLimit(1<<30), Environment(earlyVariable+"=no room"), Silent())
	defer p.Close()
	within(t, "a job whose workers cannot start", func() {
		_, err := overlap.Map(context.Background(), p, double, numbers(3))
		if err == nil || !strings.Contains(err.Error(), "ran out of memory before it was ready") ||
			!strings.Contains(err.Error(), "give it a higher limit than ") || strings.Contains(err.Error(), "goroutine ") {
			t.Errorf("got %v", err)
		}
	})
}
