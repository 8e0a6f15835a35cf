package overlaptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"example.com/overlap"
)

var identity = []behaviour{
	{"an error is and wraps the same wherever the call ran", nil, inGo, errorsKeepIdentity},
	{"a panic's error is the same wherever the call ran", nil, inGo, panicsKeepIdentity},
	{"errors with broken methods fail their call alone", nil, inGo, brokenErrors},
	{"what an error says of retries counts wherever the call ran", nil, inGo, retriesKeepIdentity},
	{"a call knows its deadline wherever it runs", nil, inGo, knowsDeadline},
}

var (
	errOwn      = errors.New("an error of our own")
	errNotKnown = errors.New("an error that nobody defined")
)

// quotaError is an error type of our own, whose fields are not exported.
type quotaError struct {
	left int
	why  error
	at   []string
}

func (e *quotaError) Error() string { return fmt.Sprintf("%d left at %v: %v", e.left, e.at, e.why) }
func (e *quotaError) Unwrap() error { return e.why }

// codeError is an error type that is no pointer, and says itself what it is.
type codeError int

func (e codeError) Error() string                     { return "code " + strconv.Itoa(int(e)) }
func (e codeError) Is(target error) bool              { return target == fs.ErrPermission && e == 403 }
func (e codeError) Retryable() bool                   { return e >= 500 }
func (e codeError) RetryAfter() (time.Duration, bool) { return time.Duration(e), e == 503 }

// foreignError is a type that nobody defined. It says more of itself than its text does.
type foreignError struct{}

func (e foreignError) Error() string   { return "a foreign error" }
func (e foreignError) Timeout() bool   { return true }
func (e foreignError) Temporary() bool { return false }
func (e foreignError) Is(target error) bool {
	return target == io.ErrNoProgress || target == errOwn
}
func (e foreignError) As(target any) bool {
	if to, ok := target.(**fs.PathError); ok {
		*to = &fs.PathError{Op: "invent", Path: "nowhere", Err: syscall.EISDIR}
		return true
	}
	return false
}

func init() {
	overlap.DefineError("overlaptest/own", errOwn)
	overlap.DefineErrorType[*quotaError]("overlaptest/quota")
	overlap.DefineErrorType[codeError]("overlaptest/code")
}

// sampleErrors are errors that tasks return. They are functions, as some are made by the system.
var sampleErrors = []func() error{
	func() error { return io.EOF },
	func() error { return io.ErrUnexpectedEOF },
	func() error { return context.Canceled },
	func() error { return fmt.Errorf("late: %w", context.DeadlineExceeded) },
	func() error { return os.ErrDeadlineExceeded },
	func() error { return net.ErrClosed },
	func() error { return fs.ErrExist },
	func() error { return syscall.ENOENT },
	func() error { return fmt.Errorf("opening: %w", syscall.EMFILE) },
	func() error { _, err := os.Open("/does/not/exist"); return err },
	func() error {
		_, err := os.Open("/does/not/exist")
		return fmt.Errorf("a: %w", fmt.Errorf("b: %w", err))
	},
	func() error { return os.Rename("/does/not/exist", "/nor/does/this") },
	func() error { return os.NewSyscallError("epoll", syscall.EINTR) },
	func() error { _, err := strconv.Atoi("99999999999999999999"); return err },
	func() error { _, err := strconv.ParseBool("perhaps"); return err },
	func() error { _, err := url.Parse(fmt.Sprint("http://", "[::1")); return err },
	func() error { return &url.Error{Op: "Get", URL: "http://a/", Err: os.ErrDeadlineExceeded} },
	func() error { return json.Unmarshal([]byte("{]"), new(int)) },
	func() error { return json.Unmarshal([]byte(`"x"`), new(int)) },
	func() error {
		to := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 80}
		return &net.OpError{Op: "dial", Net: "tcp", Addr: to, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	},
	func() error { return &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true} },
	func() error {
		return &net.DNSError{Err: "i/o timeout", Name: "slow.invalid", IsTimeout: true, IsTemporary: true}
	},
	func() error { _, err := time.Parse(time.RFC3339, "yesterday"); return err },
	func() error { return errors.Join(io.EOF, fs.ErrPermission, errNotKnown) },
	func() error { return fmt.Errorf("both %w and %w", syscall.EAGAIN, &quotaError{3, errOwn, nil}) },
	func() error { return errOwn },
	func() error { return fmt.Errorf("wrapped: %w", errOwn) },
	func() error { return &quotaError{-1, io.EOF, []string{"here", "there"}} },
	func() error { return codeError(403) },
	func() error { return fmt.Errorf("answered: %w", codeError(503)) },
	func() error { return errNotKnown },
	func() error { return foreignError{} },
	func() error { return fmt.Errorf("it: %w", errors.Join(foreignError{}, syscall.EPIPE)) },
	func() error { return overlap.ErrGroupOver },
	func() error {
		return &overlap.CallError{Task: "t", Index: 3, Input: 17, Attempt: 1, Outcome: overlap.Failed, Err: io.EOF}
	},
	func() error { return errors.New("") },
}

// failsAs fails with a sample error, and panics with it from 1,000 on.
var failsAs = overlap.Define("overlaptest/fail-as", func(_ context.Context, n int) (int, error) {
	if n >= 1000 {
		panic(sampleErrors[n-1000]())
	}
	return n, sampleErrors[n]()
})

// targets are what errors.Is is asked for.
var targets = []error{
	io.EOF, io.ErrUnexpectedEOF, io.ErrNoProgress, context.Canceled, context.DeadlineExceeded, os.ErrDeadlineExceeded, net.ErrClosed,
	fs.ErrExist, fs.ErrNotExist, fs.ErrPermission, syscall.ENOENT, syscall.EMFILE, syscall.EINTR, syscall.ECONNREFUSED, syscall.EAGAIN,
	syscall.EPIPE, strconv.ErrRange, strconv.ErrSyntax, errOwn, codeError(403), codeError(503), overlap.ErrGroupOver, overlap.ErrGoexit,
	errors.ErrUnsupported,
}

// identityOf is all that a program can ask of an error, as text.
func identityOf(err error) string {
	all := []any{"text", err.Error()}
	for _, target := range targets {
		if errors.Is(err, target) {
			all = append(all, "is", target)
		}
	}
	all = found[*fs.PathError](all, err)
	all = found[*os.LinkError](all, err)
	all = found[*os.SyscallError](all, err)
	all = found[syscall.Errno](all, err)
	all = found[*strconv.NumError](all, err)
	all = found[*url.Error](all, err)
	all = found[*json.SyntaxError](all, err)
	all = found[*json.UnmarshalTypeError](all, err)
	all = found[*net.OpError](all, err)
	all = found[*net.DNSError](all, err)
	all = found[*time.ParseError](all, err)
	all = found[*quotaError](all, err)
	all = found[codeError](all, err)
	all = found[*overlap.CallError](all, err)
	if e, ok := errors.AsType[net.Error](err); ok {
		all = append(all, "net.Error", e.Timeout())
	}
	if e, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err); ok {
		all = append(all, "temporary", e.Temporary())
	}
	if e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok {
		all = append(all, "timeout", e.Timeout())
	}
	if e, ok := errors.AsType[interface {
		error
		RetryAfter() (time.Duration, bool)
	}](err); ok {
		if d, says := e.RetryAfter(); says {
			all = append(all, "retry after", d)
		}
	}
	all = append(all, "retryable", overlap.DefaultRetryable(err), "os", os.IsTimeout(err), os.IsNotExist(err))
	if wrapped := errors.Unwrap(err); wrapped != nil {
		all = append(all, "wraps", identityOf(wrapped))
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			all = append(all, "wraps", identityOf(one))
		}
	}
	return fmt.Sprintf("%q", fmt.Sprint(all...))
}

// found adds what errors.As finds.
func found[E error](all []any, err error) []any {
	if e, ok := errors.AsType[E](err); ok {
		all = append(all, "as", reflect.TypeFor[E](), e.Error())
		if v := reflect.ValueOf(e); v.Kind() == reflect.Pointer {
			all = append(all, fmt.Sprintf("%+v", v.Elem()))
		}
	}
	return all
}

func errorsKeepIdentity(t *testing.T, s *suite) {
	executor := s.newExecutor()
	in := numbers(len(sampleErrors))
	count := 0
	for r := range overlap.Stream(t.Context(), executor, failsAs, slices.Values(in)) {
		count++
		failed := as[*overlap.CallError](t, "call", r.Err)
		if got, want := identityOf(failed.Err), identityOf(sampleErrors[r.Input]()); got != want {
			t.Errorf("error %d:\n got %s\nwant %s", r.Input, got, want)
		}
		equal(t, "outcome", r.Outcome, overlap.Failed)
	}
	equal(t, "calls", count, len(in))
	works(t, executor)
}

func panicsKeepIdentity(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for r := range overlap.Stream(t.Context(), executor, failsAs, slices.Values([]int{1000, 1009, 1025, 1027, 1030, 1012})) {
		want := &overlap.PanicError{Value: sampleErrors[r.Input-1000]()}
		got := as[*overlap.PanicError](t, "call", r.Err)
		got.Stack = nil
		equal(t, "it is to be tried again", overlap.DefaultRetryable(got), overlap.DefaultRetryable(want))
		equal(t, "text", got.Error(), want.Error())
		if r.Input == 1030 { // of an unknown error in a panic, a RemoteError says that it is of no use to try again
			continue
		}
		if got, want := identityOf(got), identityOf(want); got != want {
			t.Errorf("panic %d:\n got %s\nwant %s", r.Input, got, want)
		}
	}
}

// brokenError has methods that panic.
type brokenError struct{ how string }

func (e *brokenError) Error() string {
	if e.how == "Error" {
		panic("Error is broken")
	}
	return "broken " + e.how
}

func (e *brokenError) Unwrap() error {
	if e.how == "Unwrap" {
		panic("Unwrap is broken")
	}
	return nil
}

func (e *brokenError) Is(error) bool {
	if e.how == "Is" {
		panic("Is is broken")
	}
	return false
}

func (e *brokenError) As(any) bool {
	if e.how == "As" {
		panic("As is broken")
	}
	return false
}

func (e *brokenError) Timeout() bool {
	if e.how == "Timeout" {
		panic("Timeout is broken")
	}
	return false
}

var failsBroken = overlap.Define("overlaptest/fail-broken", func(_ context.Context, how string) (int, error) {
	if how == "" {
		return 7, nil
	}
	return 0, &brokenError{how}
})

func brokenErrors(t *testing.T, s *suite) {
	executor := s.newExecutor()
	in := []string{"", "Error", "", "Unwrap", "Is", "As", "Timeout", ""}
	for r := range overlap.Stream(t.Context(), executor, failsBroken, slices.Values(in)) {
		switch {
		case r.Input == "":
			equal(t, "value", r.Value, 7)
		default:
			equal(t, "outcome of "+r.Input, r.Outcome, overlap.Failed)
		}
	}
	works(t, executor)
}

func retriesKeepIdentity(t *testing.T, s *suite) {
	executor := s.newExecutor()
	for sample, attempts := range map[int]int{0: 2, 28: 1, 30: 2} { // codeError(403) says that it is of no use
		_, err := overlap.Map(t.Context(), executor, failsAs, []int{sample},
			overlap.RetryPolicy{Extra: 1, Base: time.Nanosecond, Max: time.Nanosecond})
		equal(t, "attempts", failedCalls(t, "Map", err)[0].Attempt, attempts)
	}
}

// deadlines gives when the call's context ends, and whether it says so, as text.
var deadlines = overlap.Define("overlaptest/deadline", func(ctx context.Context, _ int) (time.Time, error) {
	deadline, _ := ctx.Deadline()
	return deadline, nil
})

func knowsDeadline(t *testing.T, s *suite) {
	executor := s.newExecutor()
	ask := func(ctx context.Context, options ...overlap.Option) (inMap, inGroup time.Time) {
		got, err := overlap.Map(ctx, executor, deadlines, []int{1, 2, 3}, options...)
		succeeds(t, "Map", err)
		g := overlap.NewGroup(ctx, executor, options...)
		inGroup, err = overlap.Submit(g, deadlines, 1).Wait(ctx)
		succeeds(t, "Wait", err)
		succeeds(t, "Group.Wait", g.Wait())
		return got[2], inGroup
	}
	inMap, inGroup := ask(t.Context())
	equal(t, "a deadline where there is none", inMap.IsZero() && inGroup.IsZero(), true)
	near := func(what string, got, want time.Time) {
		t.Helper()
		if d := got.Sub(want).Abs(); d > time.Minute {
			t.Errorf("%s: the deadline is %v, want about %v", what, got, want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	inMap, inGroup = ask(ctx)
	deadline, _ := ctx.Deadline()
	equal(t, "a Map knows the context's deadline", inMap.Equal(deadline), true)
	equal(t, "a Group knows the context's deadline", inGroup.Equal(deadline), true)
	if s.NoTimeout {
		return
	}
	inMap, inGroup = ask(ctx, overlap.Timeout(20*time.Minute))
	near("Map with a timeout", inMap, time.Now().Add(20*time.Minute))
	near("Group with a timeout", inGroup, time.Now().Add(20*time.Minute))
	inMap, inGroup = ask(ctx, overlap.Timeout(2*time.Hour))
	equal(t, "the context's deadline comes before the timeout in a Map", inMap.Equal(deadline), true)
	equal(t, "the context's deadline comes before the timeout in a Group", inGroup.Equal(deadline), true)
}
