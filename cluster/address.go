package cluster

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"
)

// checkAddress says what is wrong with what is to be the address of an engine, before anybody looks for it. It never
// repeats the text, which may hold a key.
func checkAddress(text string) error {
	const give = "give a join string, which begins with " + scheme + ", or the URL of a nats-server, such as nats://10.0.0.1:4222"
	switch before, _, found := strings.Cut(text, scheme); {
	case text == "":
		return errors.New("the address of the engine is empty: " + give)
	case found && before != "":
		return fmt.Errorf("the address of the engine has more before its %s: give the string alone, without the command or the "+
			"quotes around it", scheme)
	case found && strings.ContainsAny(text, " '\""):
		return errors.New("the join string has a space or a quote in it: give what stands between the quotes alone")
	case found:
		return nil
	}
	for _, known := range []string{"nats://", "tls://", "ws://", "wss://"} {
		if strings.HasPrefix(text, known) {
			return nil
		}
	}
	return errors.New("that is no address of an engine: " + give)
}

// redacted is one or several URLs without the passwords and keys in them.
func redacted(urls string) string {
	parts := strings.Split(urls, ",")
	for i, part := range parts {
		if at := strings.LastIndex(part, "@"); at >= 0 {
			protocol, _, found := strings.Cut(part[:at], "://")
			if !found {
				protocol = "nats"
			}
			parts[i] = protocol + "://…" + part[at:]
		}
	}
	return strings.Join(parts, ",")
}

// notConnected says why there is no connection to an engine, and what to do.
func notConnected(urls string, err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // without the URL
	}
	at := redacted(urls)
	_, isNoTLS := errors.AsType[tls.RecordHeaderError](err)
	network, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, nats.ErrAuthorization), strings.Contains(err.Error(), "Authorization Violation"):
		return fmt.Errorf("the engine at %s does not take this key or password: it is another engine's, or has been "+
			"revoked: %w", at, err)
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout):
		return fmt.Errorf("no engine can be reached at %s: is it running, and does a firewall let this machine in? (%w)", at, err)
	case isNoTLS:
		return fmt.Errorf("what is at %s does not speak TLS, as the join string says it does: copy the string that the engine "+
			"prints now (%w)", at, err)
	case network != nil && network.Timeout(), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("what is at %s does not answer: it is an engine that is stopped or has too much to do, or no engine; "+
			"look at it, and try again (%w)", at, err)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("what is at %s closes the connection: it is an engine that is just starting or ending, or no engine; "+
			"look at it, and try again (%w)", at, err)
	}
	return fmt.Errorf("the engine at %s: %w", at, err)
}
