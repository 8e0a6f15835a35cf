package cluster

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// A job says that its engine is gone, and that it is there again.
func TestEngineThatIsGoneIsSpokenOf(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	e, err := Start(Keys(keys))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { e.Close() }()
	at, err := parseTicket(e.Join())
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 100)
	x, err := Connect(t.Context(), e.Submit(), Notices(func(text string) { said <- text }))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	group := overlap.NewGroup(t.Context(), x)
	call := overlap.Submit(group, double, 4)
	eventually(t, "the call is submitted", x.busy)
	e.Close()
	waitToBeSaid(t, said, "the engine cannot be reached")
	if e, err = Start(Listen(at.address), Keys(keys)); err != nil {
		t.Fatal(err)
	}
	waitToBeSaid(t, said, "the engine is there again")
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- Work(ctx, e.Join(), overlap.Pool(1), 1) }()
	if v, err := call.Wait(t.Context()); err != nil || v != 8 {
		t.Errorf("got %v, %v", v, err)
	}
	leave()
	if err := <-gone; err != nil {
		t.Error(err)
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
