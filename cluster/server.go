package cluster

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

const (
	largestMessage = 8 << 20
	engineMemory   = 2 * streamBytes
	startPatience  = 10 * time.Second
	lameDuckGrace  = time.Second     // in which answers under way still come through an engine that ends
	lameDuck       = 3 * time.Second // in which all who are connected to it are let go, the grace included
)

// running is a server that has been started.
type running struct {
	server   *server.Server
	identity *identity
	address  string // for those who come
	pin      []byte // nil without TLS
	folder   string
}

// retire stops the server after what is under way through it, and has those who are connected go one after another.
func (r *running) retire() {
	r.server.LameDuckShutdown()
	r.stop()
}

func (r *running) stop() {
	r.server.Shutdown()
	r.server.WaitForShutdown()
	_ = os.RemoveAll(r.folder)
}

// joinBy is the join string of those who have a key.
func (r *running) joinBy(key nkeys.KeyPair) (string, error) {
	seed, err := key.Seed()
	return ticket{string(seed), r.address, r.pin}.String(), err
}

// startServer starts a server for whoever has one of two keys: submitters', and that of workers, which may do no more
// than workers do.
func startServer(i *identity, host, port string) (*running, error) {
	number, err := strconv.Atoi(port)
	if err != nil || number < 0 || number > 1<<16-1 {
		return nil, fmt.Errorf("the engine cannot listen at port %q: give a number, such as 7422, or 0 for any", port)
	}
	if number, err = freePort(host, number); err != nil {
		return nil, err
	}
	submitters, err := i.submitter.PublicKey()
	if err != nil {
		return nil, err
	}
	workers, err := i.worker.PublicKey()
	if err != nil {
		return nil, err
	}
	r := &running{identity: i, address: net.JoinHostPort(reachableAs(host), strconv.Itoa(number))}
	options := &server.Options{
		ServerName: "overlap-" + newNonce().String()[:8], Host: host, Port: number, NoSigs: true, NoLog: true,
		JetStream: true, JetStreamMaxMemory: engineMemory, JetStreamMaxStore: engineMemory,
		DisableJetStreamBanner: true, MaxPayload: largestMessage, MaxPending: 16 * largestMessage,
		LameDuckDuration: lameDuck, LameDuckGracePeriod: lameDuckGrace,
		Nkeys: []*server.NkeyUser{{Nkey: submitters}, {Nkey: workers, Permissions: workerPermissions(workers)}},
	}
	if !isLoopback(host) {
		certificate, err := i.certificate()
		if err != nil {
			return nil, err
		}
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13}
		options.TLSTimeout, options.TLSHandshakeFirst = 5, true
		if r.pin, err = pin(&i.own.PublicKey); err != nil {
			return nil, err
		}
	}
	if r.folder, err = os.MkdirTemp("", "overlap-engine-"); err != nil {
		return nil, err
	}
	options.StoreDir = r.folder
	if r.server, err = server.NewServer(options); err != nil {
		return nil, errors.Join(fmt.Errorf("the engine does not start: %w", err), os.RemoveAll(r.folder))
	}
	go r.server.Start()
	if !r.server.ReadyForConnections(startPatience) {
		r.stop()
		return nil, fmt.Errorf("the engine is not ready after %v", startPatience)
	}
	_ = os.RemoveAll(r.folder) // nothing is kept there, and a kill would leave it
	return r, nil
}

// freePort finds a port where none is given, and says so where one is taken: the server itself would end the program.
func freePort(host string, port int) (int, error) {
	at := net.JoinHostPort(host, strconv.Itoa(port))
	l, err := net.Listen("tcp", at)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return 0, fmt.Errorf("the engine cannot listen at %s, where another program does: choose another port", at)
	case err != nil:
		return 0, fmt.Errorf("the engine cannot listen: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// reachableAs is how other machines reach a host at which the engine listens: where it listens at all addresses, the
// first one of this machine that is for others.
func reachableAs(host string) string {
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		return host
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "127.0.0.1"
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

// workerPermissions are what the holders of workers' key may do: take chunks, answer them, and say that they are there.
func workerPermissions(public string) *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: []string{
			"$JS.API.CONSUMER.MSG.NEXT." + streamName + ".*", "$JS.ACK." + streamName + ".>",
			messageSubject(toSessions), messageSubject(answersTo("*")), messageSubject(questionsTo("*")),
		}},
		Subscribe: &server.SubjectPermission{Allow: []string{
			inboxOf(public) + ".>", messageSubject(toWorkers), messageSubject(questionsTo(public + ".*")),
		}},
		Response: &server.ResponsePermission{MaxMsgs: 1, Expires: patience},
	}
}

// inboxOf is where answers go that only the holders of a key may see.
func inboxOf(public string) string { return "_INBOX_" + public }
