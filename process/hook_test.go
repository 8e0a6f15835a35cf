package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.com/overlap"
)

// unhooked is a program that forgets to call Main.
func unhooked() {
	p := New(2)
	defer p.Close()
	_, err := overlap.Map(context.Background(), p, double, []int{1, 2, 3})
	fmt.Println("started", p.Info().Started, "error:", err)
}

func TestAProgramThatForgetsMainIsTold(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=unhooked")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"started 0", "call process.Main() first in main"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the program printed %q, without %q", out, want)
		}
	}
}

func TestAWorkerThatExitsBeforeItIsReadyFailsTheJob(t *testing.T) {
	p := New(2, Silent(), Environment(earlyVariable+"=exit"))
	defer p.Close()
	_, err := overlap.Map(context.Background(), p, double, numbers(5))
	for _, want := range []string{"no license for this machine", "exit status 5", "process.Main()"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the job ended with %v, want %q in it", err, want)
		}
	}
	if n := p.Info().Started; n > 10 {
		t.Errorf("%d workers were started for one job that could not run", n)
	}
}

func TestATaskDefinedLateIsRefusedAndHurtsNoOther(t *testing.T) {
	late := overlap.Define("late", func(_ context.Context, n int) (int, error) { return n, nil })
	p := New(1, Silent())
	defer p.Close()
	mustDouble(t, p, 10)
	_, err := overlap.Map(context.Background(), p, late, numbers(3))
	if err == nil || !strings.Contains(err.Error(), "package level") {
		t.Errorf("a task defined after Main ended with %v, want to be told to define it at package level", err)
	}
	mustDouble(t, p, 10)
}
