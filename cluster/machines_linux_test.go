package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

// machineVariable has this binary, started again, be a machine with a worker. Its value is the machine's name.
const machineVariable = "CLUSTER_TEST_MACHINE"

// located is a result, and where it was made.
type located struct {
	Double  int
	Machine string
}

var locate = overlap.Define("cluster-test/locate", func(_ context.Context, n int) (located, error) {
	time.Sleep(5 * time.Millisecond)
	return located{2 * n, os.Getenv(machineVariable)}, nil
})

// network is this network namespace as one machine, with a bridge to which others are joined.
type network struct {
	t        *testing.T
	machines []*machine
}

// ownAddress is that of this machine.
const ownAddress = "10.77.0.1"

func newNetwork(t *testing.T) *network {
	t.Helper()
	for _, line := range []string{"ip link set lo up", "ip link add bridge0 type bridge", "ip addr add " + ownAddress + "/24 dev bridge0",
		"ip link set bridge0 up"} {
		if err := runLine(line); err != nil {
			t.Skipf("no bridge can be made here: %v", err)
		}
	}
	return &network{t: t}
}

func (n *network) run(line string) {
	n.t.Helper()
	if err := runLine(line); err != nil {
		n.t.Fatal(err)
	}
}

func runLine(line string) error {
	words := strings.Fields(line)
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", line, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// machine is a process in a network namespace of its own, joined to the bridge by a cable, until the test ends.
type machine struct {
	t       *testing.T
	name    string
	cable   string // the end of it that is at the bridge
	address string
	process *os.Process
	orders  io.Writer
	answers *bufio.Scanner
}

// add starts a machine.
func (n *network) add(name string) *machine {
	n.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	cmd.Env = append(os.Environ(), machineVariable+"="+name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe() // at whose end the machine ends
	if err != nil {
		n.t.Fatal(err)
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Skipf("a machine can have no network of its own: %v", err)
	}
	n.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	n.machines = append(n.machines, nil)
	m := &machine{t: n.t, name: name, cable: "to-" + name, address: fmt.Sprintf("10.77.0.%d", 1+len(n.machines)),
		process: cmd.Process, orders: orders, answers: bufio.NewScanner(answers)}
	n.machines[len(n.machines)-1] = m
	if err := runLine(fmt.Sprintf("ip link add %s type veth peer name eth0 netns %d", m.cable, m.process.Pid)); err != nil {
		n.t.Skipf("no cable can be laid to a machine: %v", err)
	}
	n.run("ip link set " + m.cable + " master bridge0 up")
	m.run("ip link set lo up")
	m.run("ip addr add " + m.address + "/24 dev eth0")
	m.run("ip link set eth0 up")
	return m
}

// try has the machine follow an order: a command, or a join string.
func (m *machine) try(order string) error {
	if _, err := fmt.Fprintln(m.orders, order); err != nil {
		return err
	}
	if !m.answers.Scan() {
		return fmt.Errorf("machine %s is gone", m.name)
	}
	if said := m.answers.Text(); said != "" {
		return errors.New(said)
	}
	return nil
}

func (m *machine) run(order string) {
	m.t.Helper()
	if err := m.try(order); err != nil {
		m.t.Fatal(err)
	}
}

// isThere reports whether a session counts on the machine's worker.
func (m *machine) isThere(x *Executor) bool {
	for _, w := range x.Workers() {
		if strings.HasSuffix(w.Name, fmt.Sprintf("/%d", m.process.Pid)) {
			return true
		}
	}
	return false
}

// beMachine follows orders until there are no more.
func beMachine() error {
	silence = time.Second
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		said := ""
		if order := orders.Text(); strings.HasPrefix(order, scheme) {
			go func() {
				if err := Work(context.Background(), order, overlap.Pool(2), 2); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}()
		} else if err := runLine(order); err != nil {
			said = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(said)
	}
	return orders.Err()
}

func init() { others[machineVariable] = func(string) error { return beMachine() } }
