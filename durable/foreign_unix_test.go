//go:build unix

package durable_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/overlap/durable"
)

// In a directory where each may make files, nobody's results are planted on somebody else.
func TestAPartialFileOfSomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const somebody = 54321
	file := newFile(t)
	dir := filepath.Dir(file.Name)
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	inputs := texts(0, 50)
	stream(file, inputs, 20)
	give := func(name string) {
		t.Helper()
		if err := os.Chown(name, somebody, -1); err != nil {
			t.Skip(err)
		}
	}
	give(file.Name + ".part")
	const want = "belongs to somebody else, in a directory where each may make files"
	for _, file.DryRun = range []bool{true, false} {
		if _, err := durable.Open(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
	// A run of root's that replaces a file of somebody leaves both with their owner, and goes on.
	if err := os.WriteFile(file.Name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	give(file.Name)
	if o := stream(file, inputs, 0); o.err != nil || o.made > 30 {
		t.Errorf("%d calls, %v", o.made, o.err)
	}
	wantAll(t, file.Name, inputs, false)
}
