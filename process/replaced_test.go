//go:build linux

package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/overlap"
)

func init() {
	// A program that is told, by a line of input, when its file has been replaced, and then needs other workers.
	roles["replaced"] = func() {
		p := New(2, Silent())
		defer p.Close()
		if err := p.Ready(context.Background()); err != nil {
			fmt.Println(err)
		}
		fmt.Println("ready")
		fmt.Scanln()
		for _, pid := range p.PIDs() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		out, err := overlap.Map(context.Background(), p, double, numbers(300))
		other := New(1, Silent())
		defer other.Close()
		late, lateErr := overlap.Map(context.Background(), other, double, numbers(300))
		fmt.Println(len(out), err, len(late), lateErr, p.Info().Started > 3)
	}
}

func TestAProgramWhoseFileHasBeenReplacedGoesOn(t *testing.T) {
	for name, replacement := range map[string]string{
		"by another program": "#!/bin/sh\necho this is another program\n",
		"by nothing":         "",
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "program")
			copyFile(t, os.Args[0], program)
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), roleVariable+"=replaced")
			cmd.Stderr = os.Stderr
			in, out := startPiped(t, cmd)
			lines := bufio.NewScanner(out)
			within(t, "the program has workers", func() {
				if lines.Scan(); lines.Text() != "ready" {
					t.Errorf("the program printed %q", lines.Text())
				}
			})
			var err error
			if replacement == "" {
				err = os.Remove(program)
			} else {
				other := program + ".new"
				if err = os.WriteFile(other, []byte(replacement), 0o700); err == nil {
					err = os.Rename(other, program)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			within(t, "the program whose file has been replaced", func() {
				io.WriteString(in, "go\n")
				if lines.Scan(); lines.Text() != "300 <nil> 300 <nil> true" {
					t.Errorf("the program printed %q", lines.Text())
				}
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}
