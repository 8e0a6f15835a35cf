package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"example.com/overlap"
)

// A key that is added lets a worker in while the engine runs; one that is revoked puts out who is there by it, and nobody
// else.
func TestKeysOfWorkers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	shorten(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	e, at := newEngine(t, Keys(file))
	x := connected(t, e.Submit())
	joins := map[string]string{}
	for _, name := range []string{"one", "two"} {
		var err error
		if joins[name], err = AddWorkerKey(file, at, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := AddWorkerKey(file, at, "one"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second key of a name: %v", err)
	}
	keys, err := WorkerKeys(file)
	if err != nil || len(keys) != 2 || keys[0].Name != "one" || keys[1].Name != "two" {
		t.Errorf("the keys are %v, %v", keys, err)
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error, 2)
	for _, join := range joins {
		go func() { gone <- Work(ctx, join, overlap.Pool(1), 1) }()
	}
	eventually(t, "both are there", func() bool { return len(x.Workers()) == 2 })
	if v, err := overlap.Map(t.Context(), x, double, []int{4, 5}); err != nil || v[1] != 10 {
		t.Errorf("got %v, %v", v, err)
	}
	if err := os.WriteFile(filepath.Join(keysFolder(file), "broken"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := RevokeWorkerKey(file, "two"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key opens nothing", func() bool {
		c, _, err := join(t.Context(), joins["two"])
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	if err := <-gone; err == nil || !strings.Contains(err.Error(), "it has been revoked") {
		t.Errorf("the worker whose key it was ends with %v", err)
	}
	eventually(t, "the worker is gone", func() bool { return len(x.Workers()) == 1 })
	if v, err := overlap.Map(t.Context(), x, double, []int{6}); err != nil || v[0] != 12 {
		t.Errorf("got %v, %v", v, err)
	}
	if err := RevokeWorkerKey(file, "two"); err == nil {
		t.Error("a key that is not there is revoked")
	}
	leave()
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

// Whoever has a key that has just been added is let in, and whoever has one that has just been revoked is not for long.
func TestKeysAreKnownAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	_, at := newEngine(t, Keys(file))
	for i := range 20 {
		name, beside := fmt.Sprint("key", i), fmt.Sprint("beside", i)
		by, err := AddWorkerKey(file, at, name)
		if err != nil {
			t.Fatal(err)
		}
		byOther, err := AddWorkerKey(file, at, beside)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := join(t.Context(), by)
		if err != nil {
			t.Fatalf("by %s: %v", name, err)
		}
		other, _, err := join(t.Context(), byOther)
		if err != nil {
			t.Fatalf("by %s: %v", beside, err)
		}
		other.Close()
		if err := RevokeWorkerKey(file, name); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			eventually(t, "who is there by a key that is revoked is put out", func() bool { return !c.IsConnected() })
		}
		c.Close()
	}
}

// A worker whose key is revoked ends at once, whatever calls it is making: nobody would hear how they end.
func TestKeyRevokedUnderCalls(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	e, at := newEngine(t, Keys(file))
	x := connected(t, e.Submit())
	by, err := AddWorkerKey(file, at, "rack7")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone, ended := make(chan error, 1), make(chan struct{})
	go func() { gone <- Work(ctx, by, overlap.Pool(2), 2) }()
	go func() {
		defer close(ended)
		_, _ = overlap.Map(ctx, x, naps, []time.Duration{time.Hour, time.Hour})
	}()
	eventually(t, "both calls run", func() bool {
		return x.UnderWay() == 2 && x.Queued() == 0 && len(x.Workers()) == 1 && len(x.Workers()[0].Runs) == 1
	})
	if err := RevokeWorkerKey(file, "rack7"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-gone:
		if !errors.Is(err, errRevoked) {
			t.Errorf("got %v, want %v", err, errRevoked)
		}
	case <-time.After(30 * time.Second):
		t.Error("the worker goes on")
	}
	cancel()
	<-ended
}

// Keys that are added and revoked concern nobody who comes by another at the same time.
func TestKeysChangeWhileOthersCome(t *testing.T) {
	e, _ := newEngine(t)
	before, err := usersOf(e.run.identity, "")
	if err != nil {
		t.Fatal(err)
	}
	more := maps.Clone(before)
	more["another"] = &server.User{}
	set := func(all map[string]*server.User) (gone []string) {
		e.run.users.mu.Lock()
		defer e.run.users.mu.Unlock()
		return e.run.users.set(all)
	}
	over := make(chan struct{})
	var coming sync.WaitGroup
	for range 4 {
		coming.Go(func() {
			for range 25 {
				c, _, err := join(t.Context(), e.Submit())
				if err != nil {
					t.Error(err)
					return
				}
				c.Close()
			}
		})
	}
	go func() {
		coming.Wait()
		close(over)
	}()
	for !isClosed(over) {
		e.run.putOut(set(more))
		e.run.putOut(set(before))
	}
}

// Nobody comes without a key, by one that is not known, or by a known one without its private part.
func TestKeysThatOpenNothing(t *testing.T) {
	e, at := newEngine(t)
	other, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	known, err := e.run.identity.submitter.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]nats.Option{
		"no key":         nats.Name("nobody"),
		"another key":    withKey(other),
		"a public key":   nats.Nkey(known, other.Sign),
		"no signature":   nats.Nkey(known, func([]byte) ([]byte, error) { return nil, nil }),
		"a user's name":  nats.UserInfo(known, ""),
		"a user's token": nats.Token(known),
	} {
		c, err := nats.Connect("nats://"+at, by, nats.NoReconnect())
		if err == nil {
			c.Close()
		}
		if !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

// Who has a key for some tasks takes no calls of others, says so, and leaves them to those who may.
func TestKeyForOneTask(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	e, at := newEngine(t, Keys(file))
	e.Close()
	join, err := AddWorkerKey(file, at, "doubles", double)
	if err != nil {
		t.Fatal(err)
	}
	e, _ = newEngine(t, Listen(at), Keys(file))
	x := connected(t, e.Submit())
	var said notes
	leave := working(t, join, 1, Notices(said.add))
	if v, err := overlap.Map(t.Context(), x, double, []int{4}); err != nil || v[0] != 8 {
		t.Errorf("got %v, %v", v, err)
	}
	eventually(t, "the worker is heard of", func() bool { return len(x.Workers()) > 0 }) // which may be after its first answer
	if w := x.Workers(); len(w) != 1 || !slices.Equal(w[0].Tasks, []string{double.Name()}) {
		t.Errorf("the workers are %+v", w)
	}
	limited, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, err = overlap.Map(limited, x, length, [][]byte{{1}})
	if err == nil || !strings.Contains(err.Error(), "has it, but its key is not for calls of cluster-test/length; start a worker with another key") {
		t.Errorf("got %v", err)
	}
	leave()
	eventually(t, "the worker says why it takes none", func() bool {
		return said.times("the key of this worker is not for calls of cluster-test/length") == 1
	})
}

func TestNamesThatNoKeyCanHave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	for _, name := range []string{"", "..", "a/b", ".hidden", "a b", strings.Repeat("x", 101)} {
		if _, err := AddWorkerKey(file, ":7422", name); err == nil {
			t.Errorf("%q can", name)
		}
	}
	if _, err := AddWorkerKey(file, ":0", "x"); err == nil {
		t.Error("an address without a port can be joined")
	}
}
