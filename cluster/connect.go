package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"example.com/overlap"
)

const dialPatience = 10 * time.Second

// answerPatience is how long an engine may take to answer. Tests shorten it.
var answerPatience = dialPatience

// lasting are the options of a connection that comes back by itself.
func lasting() []nats.Option {
	return []nats.Option{
		nats.MaxReconnects(-1), nats.ReconnectWait(10 * tick), nats.PingInterval(2 * time.Second),
		nats.MaxPingsOutstanding(2), nats.Timeout(dialPatience), nats.Name("overlap"),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // until jetStream has its own
	}
}

// withKey has a connection use a key, which does not cross.
func withKey(key nkeys.KeyPair) nats.Option {
	public, err := key.PublicKey()
	if err != nil {
		return func(*nats.Options) error { return err }
	}
	return nats.Nkey(public, key.Sign)
}

// Connect returns an executor on an engine that is there: a nats-server with JetStream, at a URL such as
// "nats://user:password@10.0.0.1:4222", several of one cluster with commas between them, to which workers come by the
// same URL; or one of [Start], by its [Engine.Submit]. The error says that it cannot be reached, or lacks something,
// before anything runs.
func Connect(ctx context.Context, url string, options ...Option) (*Executor, error) {
	s := with("Connect", options)
	e, _, err := dial(ctx, url)
	if err != nil {
		return nil, err
	}
	connection := e.connection
	one, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	_, err = e.stream.AccountInfo(one)
	if errors.Is(err, context.DeadlineExceeded) && strings.HasPrefix(url, scheme) && e.answers() {
		err = errors.New("it does not let this string look at its calls: it may be one for workers, and submitters have another")
	}
	if err != nil {
		err = e.explained(err) // while it is connected
		connection.Close()
		return nil, err
	}
	x, err := newExecutor(e, s)
	if err != nil {
		connection.Close()
		return nil, err
	}
	return x, nil
}

// connect connects to a URL.
func connect(ctx context.Context, url string, more []nats.Option) (*nats.Conn, error) {
	all := append(append(lasting(), nats.SetCustomDialer(dialer{ctx})), more...)
	connection, err := nats.Connect(url, all...)
	for try := 0; try < busyTries && isBusy(err) && ctx.Err() == nil; try++ {
		time.Sleep(rand.N(time.Second << try))
		connection, err = nats.Connect(url, all...)
	}
	if err == nil {
		return connection, nil
	}
	if !errors.Is(err, nats.ErrNoServers) && isFull(ctx, url) {
		return nil, fmt.Errorf("the engine at %s lets in no more, as it has as many jobs and workers as it may have: end some of them, "+
			"or start it with more --max-connections", redacted(url))
	}
	return nil, notConnected(url, err)
}

const busyTries = 4

// isBusy reports whether an engine is there and has too much to do to let a client in, as when a thousand come at once: it
// gives up waiting, or asks whether the client is still there in the middle of its joining.
func isBusy(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "Authentication Timeout") ||
		strings.Contains(err.Error(), "expected 'PONG', got 'PING'"))
}

// dialer gives up when a context ends.
type dialer struct{ ctx context.Context }

func (d dialer) Dial(network, address string) (net.Conn, error) {
	if d.ctx.Err() != nil { // of the first connection; later ones are made in the background
		return (&net.Dialer{Timeout: dialPatience}).Dial(network, address)
	}
	return (&net.Dialer{Timeout: dialPatience}).DialContext(d.ctx, network, address)
}

// errPin is an engine whose key is not the one that a join string names.
var errPin = errors.New("the engine there has another key than the join string names: " +
	"it has been started anew with other keys, or is not the one it claims to be; copy the join string that it prints now")

// join connects by a join string.
func join(ctx context.Context, text string) (*nats.Conn, string, error) {
	t, err := parseTicket(text)
	if err != nil {
		return nil, "", err
	}
	key, err := nkeys.FromSeed([]byte(t.key))
	if err != nil {
		return nil, "", err
	}
	public, err := key.PublicKey()
	if err != nil {
		return nil, "", err
	}
	options := []nats.Option{withKey(key), nats.CustomInboxPrefix(inboxOf(public))}
	var lasts atomic.Pointer[nats.Conn] // nil while it is made
	if len(t.pin) > 0 {
		options = append(options, nats.TLSHandshakeFirst(), nats.Secure(&tls.Config{
			MinVersion: tls.VersionTLS13, InsecureSkipVerify: true, // what is verified instead is the key
			VerifyConnection: func(state tls.ConnectionState) error {
				if len(state.PeerCertificates) == 0 {
					return errPin
				}
				if got, err := pin(state.PeerCertificates[0].PublicKey); err != nil || !bytes.Equal(got, t.pin) {
					if c := lasts.Load(); c != nil {
						go c.Close() // it would try again and again
					}
					return errPin
				}
				return nil
			},
		}))
	}
	connection, err := connect(ctx, "nats://"+t.address, options)
	lasts.Store(connection)
	return connection, public, err
}

// Work is a worker: it makes calls of the program's tasks on an executor, at most slots at once, until ctx ends. With slots
// 0 it finds out by itself how many calls of a task to make at once, at most 1,024, as an [overlap.Auto] does; then the
// executor must have workers for so many, as process.New(1024, process.OnDemand()) has. When ctx has ended,
// it takes no more, gives back what has not begun, and returns when the calls that run have ended. join is the
// [Executor.Join] of an [Embedded] engine, or the URL of one that is there.
//
// The executor should be of processes (package process), for timeouts that hold and for deaths that hurt one call; it
// is not closed. The error says why the engine cannot be joined. Once it has been, an engine that cannot be reached for
// a while is waited for, and one that takes the key no more is an error.
func Work(ctx context.Context, join string, executor overlap.Executor, slots int, options ...Option) error {
	if slots < 0 || slots > mostSlots {
		panic(fmt.Sprintf("overlap: cluster.Work: slots must be 0 to %d, got %d", mostSlots, slots))
	}
	if executor == nil {
		panic("overlap: cluster.Work: the executor is nil")
	}
	s := with("Work", options)
	e, public, err := dial(ctx, join)
	if s.worker = public; err != nil {
		return err
	}
	defer e.close()
	if !strings.HasPrefix(strings.TrimSpace(join), scheme) { // of ours, no worker may ask
		if err := e.lacksJetStream(ctx); err != nil {
			return err
		}
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	e.connection.SetClosedHandler(func(*nats.Conn) { end(errRevoked) }) // which it is not while it may come back
	err = serve(ctx, e, executor, slots, s)
	if errors.Is(context.Cause(ctx), errRevoked) {
		err = errors.Join(errRevoked, err)
	}
	return err
}

// errRevoked is an engine that is there and lets a worker in no more which it had let in.
var errRevoked = errors.New("the engine does not take the key of this worker any more: it has been revoked, " +
	"or the engine has other keys now")

// dial connects to an engine by a join string or a URL. public is the key by which it did, if that was a join string.
func dial(ctx context.Context, text string) (e *jetStream, public string, err error) {
	text = strings.TrimSpace(text)
	if err := checkAddress(text); err != nil {
		return nil, "", err
	}
	var connection *nats.Conn
	if strings.HasPrefix(text, scheme) {
		connection, public, err = join(ctx, text)
	} else {
		connection, err = connect(ctx, text, nil)
	}
	if err != nil {
		return nil, "", err
	}
	if err = refuseOld(connection); err == nil {
		e, err = newJetStream(connection, nil)
	}
	if err != nil {
		connection.Close()
	}
	return e, public, err
}
