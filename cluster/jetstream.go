package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// jetStream is an engine of NATS JetStream. The queues are one stream in memory, of which each task has a part by its
// subject, with a consumer of its own. A chunk is a message with a subject of its own, by which it is found; the server
// confirms neither that it has come, nor is it told that it has been taken: it leaves the stream when it is sent to whoever
// asked for one, and where it is lost on the way, its session submits it again. All else is messages of core NATS.
type jetStream struct {
	connection *nats.Conn
	stream     jetstream.JetStream
	after      func() // after the connection has been closed; may be nil
	submitted  atomic.Uint64

	mu      sync.Mutex
	inboxes []*nats.Subscription // that nobody uses
	denied  map[string]bool      // the tasks whose chunks the key of this side may not take
}

const (
	streamName    = "OVERLAP"
	streamChunks  = 1 << 16
	oldest        = time.Hour // of a chunk in the stream; who still wants it submits it again
	consumerIdle  = 10 * time.Minute
	replicas      = 3               // of the stream, where the servers are a cluster
	pullExpiry    = 4 * time.Second // how long one request for a chunk stands
	unlimited     = 1 << 16         // of what NATS bounds and we bound otherwise
	largestWhole  = 1 << 20         // of a message, since larger ones hold up others
	messageExtras = 1 << 10         // what a message has besides what we put into it
)

func newJetStream(c *nats.Conn, after func()) (*jetStream, error) {
	js, err := jetstream.New(c)
	if err != nil {
		return nil, err
	}
	e := &jetStream{connection: c, stream: js, after: after, denied: map[string]bool{}}
	c.SetErrorHandler(e.hearDenial)
	return e, nil
}

func taskSubject(task, session string) string { return "ov.t." + task + "." + session + ".>" }

func chunkSubject(task, session string, number uint64) string {
	return strings.TrimSuffix(taskSubject(task, session), ">") + strconv.FormatUint(number, 36)
}

// nextSubject is where a chunk of a task is asked for.
const nextSubject = "$JS.API.CONSUMER.MSG.NEXT." + streamName + "."

func messageSubject(a address) string { return "ov.m." + string(a) }

func (e *jetStream) open(ctx context.Context, task string) error {
	config := jetstream.ConsumerConfig{
		Durable: task, FilterSubject: taskSubject(task, "*"), AckPolicy: jetstream.AckNonePolicy,
		MaxWaiting: unlimited, InactiveThreshold: consumerIdle, MemoryStorage: true,
	}
	_, err := e.stream.Consumer(ctx, streamName, task)
	if errors.Is(err, jetstream.ErrConsumerNotFound) { // to update one that is there would disturb those who take
		_, err = e.stream.CreateOrUpdateConsumer(ctx, streamName, config)
	}
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return e.explained(err)
	}
	if err = e.makeStream(ctx); err == nil {
		_, err = e.stream.CreateOrUpdateConsumer(ctx, streamName, config)
	}
	return e.explained(err)
}

// makeStream makes the stream of the queues, unless somebody else just has.
func (e *jetStream) makeStream(ctx context.Context) error {
	config := streamOf(defaultQueued)
	if e.connection.ConnectedClusterName() != "" { // one of the servers may go without the queue going with it
		config.Replicas = replicas
	}
	_, err := e.stream.CreateStream(ctx, config)
	if lacksPeers(err) {
		config.Replicas = 1
		_, err = e.stream.CreateStream(ctx, config)
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // with bounds of its own
		return nil
	}
	return err
}

// streamOf is a stream with so many bytes at most.
func streamOf(bytes int64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: streamName, Subjects: []string{"ov.t.>"}, Retention: jetstream.InterestPolicy,
		Storage: jetstream.MemoryStorage, Discard: jetstream.DiscardNew, MaxBytes: bytes, MaxMsgs: streamChunks,
		MaxAge: oldest, Description: "Calls of overlap that no worker has taken yet",
	}
}

// lacksPeers reports whether there are not so many servers as there are to be replicas.
func lacksPeers(err error) bool {
	const noPeers, insufficient, notClustered = 10005, 10023, 10074 // error codes of the server's
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == noPeers || api.ErrorCode == insufficient || api.ErrorCode == notClustered)
}

// explained says what to do about an error of the engine.
func (e *jetStream) explained(err error) error {
	const off = "a nats-server turns JetStream off when its disk is full, and its log says so: make room on the disk, and start it again"
	at := e.connection.ConnectedUrlRedacted()
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return fmt.Errorf("the engine at %s has no JetStream: start nats-server with -js; if it was, %s (%w)", at, off, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout), errors.Is(err, nats.ErrNoResponders):
		if !e.answers() {
			return fmt.Errorf("the engine%s does not answer: it is stopped, or has too much to do; look at it, and try again (%w)",
				strings.TrimSuffix(" at "+at, " at "), err)
		}
		return fmt.Errorf("JetStream of the engine at %s does not answer: %s (%w)", at, off, err)
	case err != nil:
		return fmt.Errorf("the engine: %w", err)
	}
	return nil
}

// lacksJetStream says that the engine has no JetStream. An engine that does not say whether it has is taken to have it.
func (e *jetStream) lacksJetStream(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*greeting)
	defer cancel()
	_, err := e.stream.AccountInfo(ctx)
	if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
		return e.explained(err)
	}
	return nil
}

// answers reports whether the engine answers at all, which takes no more than two seconds to find out.
func (e *jetStream) answers() bool { return e.connection.FlushTimeout(2*time.Second) == nil }

// streamOffer is a chunk in the stream, or on its way there.
type streamOffer struct {
	engine  *jetStream
	subject string
	size    int
}

func (e *jetStream) submit(task, session string, chunk []byte) offer {
	o := &streamOffer{e, chunkSubject(task, session, e.submitted.Add(1)), len(chunk)}
	_ = e.connection.Publish(o.subject, chunk) // whether it is there is asked
	return o
}

// find returns the chunk's number in the stream, 0 if it is not there. What the stream says of itself is of before the search.
func (o *streamOffer) find(ctx context.Context) (s jetstream.Stream, number uint64, err error) {
	if s, err = o.engine.stream.Stream(ctx, streamName); err == nil {
		var m *jetstream.RawStreamMsg
		if m, err = s.GetLastMsgForSubject(ctx, o.subject); err == nil {
			return s, m.Sequence, nil
		}
	}
	if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		err = nil
	}
	return s, 0, err
}

func (o *streamOffer) waits(ctx context.Context) (bool, error) {
	s, number, err := o.find(ctx)
	if number == 0 && err == nil && s != nil {
		err = o.refused(s.CachedInfo())
	}
	return number > 0, err
}

// refused says why the stream has no room for the chunk, nil if it has.
func (o *streamOffer) refused(stream *jetstream.StreamInfo) error {
	const extras = 16 // what a message in memory counts besides its subject and its text
	is, bounds := stream.State, stream.Config
	size := uint64(len(o.subject) + o.size + extras)
	switch {
	case bounds.MaxMsgs > 0 && is.Msgs >= uint64(bounds.MaxMsgs):
		return &fullError{fmt.Sprintf("%d chunks of at most %d", is.Msgs, bounds.MaxMsgs)}
	case bounds.MaxBytes > 0 && is.Bytes+size >= uint64(bounds.MaxBytes):
		return &fullError{fmt.Sprintf("%d KB of at most %d", is.Bytes>>10, bounds.MaxBytes>>10)}
	}
	return nil
}

func (o *streamOffer) withdraw(ctx context.Context) (bool, error) {
	s, number, err := o.find(ctx)
	if number == 0 {
		return false, err
	}
	err = s.DeleteMsg(ctx, number)
	if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		return false, nil
	}
	return err == nil, err
}

var pull, _ = json.Marshal(struct {
	Batch   int           `json:"batch"`
	Expires time.Duration `json:"expires"`
}{1, pullExpiry})

// hearDenial notes that requests for chunks of a task are refused. The engine says that beside them, and does not answer.
// All else that is lost is said again.
func (e *jetStream) hearDenial(_ *nats.Conn, _ *nats.Subscription, err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	_, rest, _ := strings.Cut(err.Error(), `"`+nextSubject)
	task, _, ok := strings.Cut(rest, `"`)
	if !ok {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.denied[task] = true
}

func (e *jetStream) isDenied(task string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.denied[task]
}

// take asks for one message again and again: there is one answer to a request, a message or that there is none. Since a
// message comes under its own subject, requests that wait at the same time need an inbox each.
func (e *jetStream) take(ctx context.Context, task string) ([]byte, error) {
	for ctx.Err() == nil {
		m, err := e.pull(ctx, task)
		switch {
		case e.isDenied(task):
			return nil, errDenied
		case err != nil:
			return nil, err
		}
		switch status := m.Header.Get("Status"); {
		case status == "" && m.Reply != "":
			return m.Data, nil
		case status != "408": // but that none has come
			return nil, fmt.Errorf("the engine gives no chunk: %s %s", status, m.Header.Get("Description"))
		}
	}
	return nil, context.Cause(ctx)
}

// pull makes one request. An inbox whose request has been answered serves another.
func (e *jetStream) pull(ctx context.Context, task string) (*nats.Msg, error) {
	inbox, err := e.inbox()
	if err != nil {
		return nil, err
	}
	one, cancel := context.WithTimeout(ctx, pullExpiry+time.Second)
	defer cancel()
	var m *nats.Msg
	err = e.connection.PublishRequest(nextSubject+task, inbox.Subject, pull)
	if err == nil {
		m, err = inbox.NextMsgWithContext(one)
	}
	if err != nil {
		if late := e.retract(inbox); late != nil {
			return late, nil
		}
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inboxes = append(e.inboxes, inbox)
	return m, nil
}

// retract withdraws a request, as whoever unsubscribes does. It returns what the engine had sent before it knew, which would
// be lost otherwise. What the engine sends at the very moment is lost all the same, and submitted again.
func (e *jetStream) retract(inbox *nats.Subscription) *nats.Msg {
	defer func() { _ = inbox.Unsubscribe() }()
	if !e.connected() || inbox.Drain() != nil {
		return nil
	}
	m, _ := inbox.NextMsg(greeting) // until the engine has said that there is no more
	return m
}

func (e *jetStream) inbox() (*nats.Subscription, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if last := len(e.inboxes) - 1; last >= 0 {
		inbox := e.inboxes[last]
		e.inboxes = e.inboxes[:last]
		return inbox, nil
	}
	return e.connection.SubscribeSync(e.connection.NewInbox())
}

func (e *jetStream) send(to address, message []byte) error {
	return e.connection.Publish(messageSubject(to), message)
}

func (e *jetStream) listen(at address, handle func([]byte)) (stop func(), err error) {
	return e.subscribe(at, func(m *nats.Msg) { handle(m.Data) })
}

func (e *jetStream) subscribe(at address, handle nats.MsgHandler) (stop func(), err error) {
	s, err := e.connection.Subscribe(messageSubject(at), handle)
	if err != nil {
		return nil, err
	}
	if err := s.SetPendingLimits(-1, 1<<30); err != nil { // what is in flight is bounded
		return nil, err
	}
	return func() { _ = s.Unsubscribe() }, nil
}

func (e *jetStream) ask(ctx context.Context, to address, question []byte) ([]byte, error) {
	m, err := e.connection.RequestWithContext(ctx, messageSubject(to), question)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, fmt.Errorf("%w (%w)", errNobody, err)
	}
	if err != nil {
		return nil, err
	}
	return m.Data, nil
}

func (e *jetStream) reply(at address, answer func([]byte) []byte) (stop func(), err error) {
	return e.subscribe(at, func(m *nats.Msg) { _ = m.Respond(answer(m.Data)) })
}

func (e *jetStream) largest() int {
	return int(min(e.connection.MaxPayload(), largestWhole)) - messageExtras
}

func (e *jetStream) connected() bool { return e.connection.IsConnected() }

// shutOut is when the connection was closed, which it is when the engine has refused the key twice, or shows another one than
// the join string names.
func (e *jetStream) shutOut() error {
	if e.connection.IsClosed() {
		return errShutOut
	}
	return nil
}

func (e *jetStream) drop(ctx context.Context, session string) error {
	s, err := e.stream.Stream(ctx, streamName)
	if err == nil {
		err = s.Purge(ctx, jetstream.WithPurgeSubject(taskSubject("*", session)))
	}
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return err
}

func (e *jetStream) close() {
	if e.connection.IsConnected() {
		_ = e.connection.FlushTimeout(time.Second) // what has been said last
	}
	e.connection.Close()
	if e.after != nil {
		e.after()
	}
}
