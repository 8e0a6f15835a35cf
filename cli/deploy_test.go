//go:build !nocluster

package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const deployFolder = "../docs/deploy/"

// takes checks that the command takes the arguments of a line in a file, as far as flags go.
func takes(t *testing.T, file string, args []string) {
	t.Helper()
	p := &program{name: "overlap", args: args, messages: &messages{to: io.Discard}}
	cmd, rest, err := newRoot(p).Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil && cmd.Flags().NArg() > 0 {
		err = errors.New("it has arguments that are no flags")
	}
	if err != nil {
		t.Errorf("%s: overlap %s: %v", file, strings.Join(args, " "), err)
	}
}

// The units are taken by systemd, where that can be asked, and their commands by the program.
func TestUnitsOfSystemd(t *testing.T) {
	for _, name := range []string{"overlap-engine.service", "overlap-worker.service"} {
		text, err := os.ReadFile(deployFolder + name)
		if err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(string(text), "ExecStart=/usr/local/bin/overlap ")
		if !found {
			t.Fatalf("%s starts no overlap", name)
		}
		line, _, _ := strings.Cut(after, "\n")
		takes(t, name, strings.Fields(line))
		t.Run(name, func(t *testing.T) {
			for _, complaint := range verified(t, name, string(text)) {
				t.Errorf("systemd: %s", complaint)
			}
			wrong := strings.NewReplacer("Restart=always", "Restart=alwayz", "DynamicUser", "DynamicUzer").Replace(string(text))
			if complaints := verified(t, name, wrong); len(complaints) != 2 {
				t.Errorf("of a unit with two mistakes systemd says %q", complaints)
			}
		})
	}
}

// verified is what systemd has against a unit. It need not run here.
func verified(t *testing.T, name, text string) (complaints []string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name)
	text = strings.ReplaceAll(text, "/usr/local/bin/overlap", self) // which may not be there
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, _ := exec.CommandContext(ctx, analyze, "verify", "--man=no", file).CombinedOutput()
	for said := range strings.Lines(string(out)) {
		ofMachine := strings.Contains(said, "Failed to") && !strings.Contains(said, "Failed to parse") // which systemd does not run
		if strings.Contains(said, name) && !ofMachine {
			complaints = append(complaints, strings.TrimSpace(said))
		}
	}
	return complaints
}

// manifest is what is checked of one.
type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Command, Args []string
				}
			}
		}
	}
}

// The manifests of Kubernetes are YAML, and their commands are taken by the program.
func TestManifestsOfKubernetes(t *testing.T) {
	const name = "kubernetes.yaml"
	text, err := os.ReadFile(deployFolder + name)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	commands := 0
	for all := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var m manifest
		if err := all.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, m.Kind+" "+m.Metadata.Name)
		for _, c := range m.Spec.Template.Spec.Containers {
			if len(c.Command) != 1 || c.Command[0] != "overlap" {
				t.Errorf("%s runs %v", m.Metadata.Name, c.Command)
			}
			takes(t, name, c.Args)
			commands++
		}
	}
	if got := strings.Join(kinds, ", "); got != "Service overlap-engine, Deployment overlap-engine, Deployment overlap-worker" {
		t.Errorf("it has %s", got)
	}
	if commands != 2 {
		t.Errorf("it has %d commands", commands)
	}
}
