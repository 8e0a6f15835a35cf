package cluster

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// A job says that its engine is gone, and that it is there again.
func TestEngineThatIsGoneIsSpokenOf(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	e, at := newEngine(t, Keys(keys))
	said := make(chan string, 100)
	x := connected(t, e.Submit(), Notices(func(text string) { said <- text }))
	group := overlap.NewGroup(t.Context(), x)
	call := overlap.Submit(group, double, 4)
	eventually(t, "the call is submitted", x.busy)
	e.Close()
	waitToBeSaid(t, said, "the engine cannot be reached")
	e, _ = newEngine(t, Listen(at), Keys(keys))
	waitToBeSaid(t, said, "the engine is there again")
	working(t, e.Join(), 1)
	if v, err := call.Wait(t.Context()); err != nil || v != 8 {
		t.Errorf("got %v, %v", v, err)
	}
}

// waitToBeSaid waits for a notice with a text in it.
func waitToBeSaid(t *testing.T, said <-chan string, what string) {
	t.Helper()
	for patience := time.After(time.Minute); ; {
		select {
		case text := <-said:
			t.Log(text)
			if strings.Contains(text, what) {
				return
			}
		case <-patience:
			t.Fatalf("it is not said that %s", what)
		}
	}
}
