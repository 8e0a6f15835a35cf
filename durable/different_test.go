package durable_test

import (
	"os"
	"strings"
	"testing"

	"example.com/overlap/durable"
)

// What has neither results nor notes is in nobody's way.
func TestAnEmptyPartialFileOfAnotherJob(t *testing.T) {
	file := newFile(t)
	file.Job = map[string]string{"command": "a"}
	canceledAtOnce(t, file)
	if _, err := os.Stat(file.Name + ".part"); err == nil {
		t.Error("a run without results leaves its partial file")
	}
	run, err := durable.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	partial, err := os.ReadFile(file.Name + ".part")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file.Name+".part", partial, 0o666); err != nil { // as a kill leaves it
		t.Fatal(err)
	}
	file.Job = map[string]string{"command": "b"}
	if o := stream(file, texts(0, 9), 0); o.err != nil || o.made != 9 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, texts(0, 9), false)
}

// Another task has other flags, which say nothing.
func TestTheTaskIsComparedFirst(t *testing.T) {
	file := newFile(t)
	file.Job = map[string]string{"--placeholder": "{}"}
	stream(file, texts(0, 9), 3)
	file.Job = map[string]string{"task": "other"}
	if _, err := durable.Open(file); err == nil || !strings.Contains(err.Error(), "task was upper and is other") {
		t.Errorf("%v", err)
	}
}
