package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/overlap"
)

// disk is a small one, until the test ends.
type disk struct {
	t      *testing.T
	folder string
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skipf("what is mounted here would be seen elsewhere: %v", err)
	}
	folder, err := os.MkdirTemp("", "disk") // not by t, so that other folders of the test are on the disk
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(folder) })
	if err := syscall.Mount("small", folder, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("TMPDIR", folder)
	return &disk{t, folder}
}

// fill leaves no room on it.
func (d *disk) fill() {
	d.t.Helper()
	f, err := os.Create(filepath.Join(d.folder, "filler"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
}

func (d *disk) free() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.folder, "filler")); err != nil {
		d.t.Fatal(err)
	}
}

// A full disk does not hurt an engine of ours, which keeps nothing there but keys. What cannot be written says so, and is not
// half written.
func TestEngineOnFullDisk(t *testing.T) {
	if !inNamespaces(t, syscall.CLONE_NEWNS) {
		return
	}
	d := newDisk(t)
	keys := filepath.Join(d.folder, "keys.json")
	e, at := newEngine(t, Keys(keys))
	x := connected(t, e.Submit())
	working(t, e.Join(), 4)
	y := newArrivals()
	const calls = 300
	for r := range overlap.Stream(t.Context(), x, double, func(yield func(int) bool) {
		for i := 0; i < calls && yield(i); i++ {
		}
	}) {
		if r.Err != nil || r.Value != 2*r.Input {
			t.Errorf("%d became %d, %v", r.Input, r.Value, r.Err)
		}
		switch y.add(r.Index, ""); len(y.seen) {
		case 50:
			d.fill()
			if _, err := AddWorkerKey(keys, at, "late"); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), d.folder) {
				t.Errorf("a key on a full disk: %v", err)
			}
			if all, err := WorkerKeys(keys); err != nil || len(all) > 0 {
				t.Errorf("the keys are %v, %v", all, err)
			}
			if _, err := Start(Keys(keys + ".other")); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), d.folder) {
				t.Errorf("an engine with new keys on a full disk: %v", err)
			}
		case 100: // as far as the disk goes, an engine can be started again
			e.Close()
			e, _ = newEngine(t, Listen(at), Keys(keys))
		case 200:
			d.free()
			if _, err := AddWorkerKey(keys, at, "late"); err != nil {
				t.Error(err)
			}
		}
	}
	y.check(t, calls)
}

// Three nats-servers whose disks are full turn JetStream off. A job on them says so and what to do, and goes on where it was when
// that has been done.
func TestThreeEnginesOnFullDisks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	if !inNamespaces(t, syscall.CLONE_NEWNS) {
		return
	}
	shorten(t)
	d := newDisk(t)
	e := startEngines(t)
	said := make(chan string, 1000)
	x := connected(t, e.url(), Notices(func(text string) { said <- text }))
	working(t, e.url(), 4)
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	y := newArrivals()
	const calls = 400
	for r := range overlap.Stream(t.Context(), x, naps, func(yield func(time.Duration) bool) {
		for i := 0; i < calls && yield(time.Millisecond); i++ {
		}
	}) {
		if r.Err != nil {
			t.Errorf("call %d: %v", r.Index, r.Err)
		}
		if y.add(r.Index, ""); len(y.seen) != 50 {
			continue
		}
		d.fill()
		eventually(t, "the engines turn JetStream off", func() bool { // which they do when they have something to write
			one, cancel := context.WithTimeout(t.Context(), 5*tick)
			defer cancel()
			_ = x.engine.open(one, newNonce().String())
			return !slices.ContainsFunc(e.servers[:], (*server.Server).JetStreamEnabled)
		})
		waitToBeSaid(t, said, "make room on the disk")
		d.free()
		for i := range e.servers {
			e.restart(t, i)
		}
		waitToBeSaid(t, said, "takes calls again")
	}
	y.check(t, calls)
}
