//go:build unix

package command_test

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"example.com/overlap/tasks/command"
)

// BenchmarkTrue runs true, two at once: by a bare loop over os/exec, and by a Runner with outputs as files and in
// memory.
func BenchmarkTrue(b *testing.B) {
	atOnce := func(b *testing.B, run func() error) {
		var wg sync.WaitGroup
		work := make(chan struct{})
		for range 2 {
			wg.Go(func() {
				for range work {
					if err := run(); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for b.Loop() {
			work <- struct{}{}
		}
		close(work)
		wg.Wait()
	}
	b.Run("bare", func(b *testing.B) {
		path, _ := exec.LookPath("true")
		atOnce(b, func() error { return exec.Command(path).Run() })
	})
	for name, options := range map[string]command.Options{
		"files": {Files: true}, "memory": {}, "inherited": {Stdout: os.Stdout, Stderr: os.Stderr},
	} {
		b.Run(name, func(b *testing.B) {
			runner := command.New(options)
			in := command.Input{Words: []command.Text{"true"}}
			atOnce(b, func() error {
				v, err := runner.Run(context.Background(), in)
				v.Close()
				return err
			})
		})
	}
}
