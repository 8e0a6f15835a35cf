package crossing

import (
	"bufio"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/overlap"
)

// index are the errors that both sides know, by name and by what they are.
type index struct {
	defined int // by the program, of those that it has defined
	values  map[string]error
	names   map[error]string
	inOrder []error
	types   map[reflect.Type]*knownType
	byName  map[string]*knownType
}

// knownType is a type of errors.
type knownType struct {
	t    reflect.Type
	name string
	plan func() *plan
}

var (
	indexed  atomic.Pointer[index]
	indexing sync.Mutex
)

// KnowValue has an error value of a package of this module cross as itself, under a name that no other has. It must be
// called while packages are initialised.
func KnowValue(name string, value error) { standardValues[name] = value }

// KnowType has errors of a type of a package of this module cross with all their fields. It must be called while
// packages are initialised.
func KnowType(t reflect.Type) { standardTypes = append(standardTypes, t) }

// knownErrors is the index of what is known now.
func knownErrors() *index {
	defined := overlap.DefinedErrors()
	if k := indexed.Load(); k != nil && k.defined == len(defined) {
		return k
	}
	indexing.Lock()
	defer indexing.Unlock()
	k := &index{
		defined: len(defined), values: map[string]error{}, names: map[error]string{},
		types: map[reflect.Type]*knownType{}, byName: map[string]*knownType{},
	}
	for _, d := range defined { // first, as a program may have a name of its own for one of the others
		if d.Value != nil {
			k.addValue("own "+d.Name, d.Value)
		} else {
			k.addType("own "+d.Name, d.Type)
		}
	}
	for name, value := range standardValues {
		k.addValue(name, value)
	}
	for _, t := range standardTypes {
		k.addType(t.String(), t)
	}
	indexed.Store(k)
	return k
}

func (k *index) addValue(name string, value error) {
	k.values[name] = value
	if _, named := k.names[value]; !named {
		k.names[value] = name
		k.inOrder = append(k.inOrder, value)
	}
}

func (k *index) addType(name string, t reflect.Type) {
	of := &knownType{t: t, name: name, plan: sync.OnceValue(func() *plan { return planOf(t) })}
	k.byName[name] = of
	if _, named := k.types[t]; !named {
		k.types[t] = of
	}
}

func (k *index) nameOf(err error) (name string, ok bool) {
	if reflect.ValueOf(err).Comparable() {
		name, ok = k.names[err]
	}
	return name, ok
}

// standardValues are errors of the standard library and of this module. Those of large packages are for the program to
// define.
var standardValues = map[string]error{
	"bufio.ErrBufferFull": bufio.ErrBufferFull, "bufio.ErrTooLong": bufio.ErrTooLong,
	"bufio.ErrFinalToken":        bufio.ErrFinalToken,
	"bufio.ErrNegativeCount":     bufio.ErrNegativeCount,
	"bufio.ErrInvalidUnreadByte": bufio.ErrInvalidUnreadByte, "bufio.ErrInvalidUnreadRune": bufio.ErrInvalidUnreadRune,
	"context.Canceled": context.Canceled, "context.DeadlineExceeded": context.DeadlineExceeded,
	"csv.ErrBareQuote": csv.ErrBareQuote, "csv.ErrFieldCount": csv.ErrFieldCount, "csv.ErrQuote": csv.ErrQuote,
	"driver.ErrBadConn": driver.ErrBadConn, "driver.ErrSkip": driver.ErrSkip,
	"errors.ErrUnsupported": errors.ErrUnsupported,
	"exec.ErrDot":           exec.ErrDot, "exec.ErrNotFound": exec.ErrNotFound, "exec.ErrWaitDelay": exec.ErrWaitDelay,
	"fs.ErrClosed": fs.ErrClosed, "fs.ErrExist": fs.ErrExist, "fs.ErrInvalid": fs.ErrInvalid,
	"fs.ErrNotExist":   fs.ErrNotExist,
	"fs.ErrPermission": fs.ErrPermission, "fs.SkipAll": fs.SkipAll, "fs.SkipDir": fs.SkipDir,
	"gzip.ErrChecksum": gzip.ErrChecksum, "gzip.ErrHeader": gzip.ErrHeader,
	"hex.ErrLength": hex.ErrLength,
	"io.EOF":        io.EOF, "io.ErrClosedPipe": io.ErrClosedPipe, "io.ErrNoProgress": io.ErrNoProgress,
	"io.ErrShortBuffer": io.ErrShortBuffer,
	"io.ErrShortWrite":  io.ErrShortWrite, "io.ErrUnexpectedEOF": io.ErrUnexpectedEOF,
	"net.ErrClosed": net.ErrClosed, "net.ErrWriteToConnected": net.ErrWriteToConnected,
	"os.ErrDeadlineExceeded": os.ErrDeadlineExceeded, "os.ErrNoDeadline": os.ErrNoDeadline,
	"os.ErrProcessDone":         os.ErrProcessDone,
	"overlap.ErrFutureCanceled": overlap.ErrFutureCanceled, "overlap.ErrGoexit": overlap.ErrGoexit,
	"overlap.ErrGroupOver": overlap.ErrGroupOver,
	"sql.ErrConnDone":      sql.ErrConnDone, "sql.ErrNoRows": sql.ErrNoRows, "sql.ErrTxDone": sql.ErrTxDone,
	"strconv.ErrRange": strconv.ErrRange, "strconv.ErrSyntax": strconv.ErrSyntax,
	"zlib.ErrChecksum": zlib.ErrChecksum, "zlib.ErrDictionary": zlib.ErrDictionary, "zlib.ErrHeader": zlib.ErrHeader,
}

// standardTypes are types of errors of the same packages.
var standardTypes = []reflect.Type{
	reflect.TypeFor[*fs.PathError](), reflect.TypeFor[*os.LinkError](), reflect.TypeFor[*os.SyscallError](),
	reflect.TypeFor[syscall.Errno](),
	reflect.TypeFor[*exec.Error](), reflect.TypeFor[*exec.ExitError](),
	reflect.TypeFor[*net.OpError](), reflect.TypeFor[*net.DNSError](), reflect.TypeFor[*net.AddrError](),
	reflect.TypeFor[*net.ParseError](),
	reflect.TypeFor[*net.DNSConfigError](), reflect.TypeFor[net.InvalidAddrError](),
	reflect.TypeFor[net.UnknownNetworkError](),
	reflect.TypeFor[*url.Error](), reflect.TypeFor[url.EscapeError](), reflect.TypeFor[url.InvalidHostError](),
	reflect.TypeFor[*strconv.NumError](), reflect.TypeFor[*time.ParseError](),
	reflect.TypeFor[*json.SyntaxError](), reflect.TypeFor[*json.UnmarshalTypeError](),
	reflect.TypeFor[*json.InvalidUnmarshalError](),
	reflect.TypeFor[*json.MarshalerError](), reflect.TypeFor[*json.UnsupportedTypeError](),
	reflect.TypeFor[base64.CorruptInputError](), reflect.TypeFor[hex.InvalidByteError](),
	reflect.TypeFor[*csv.ParseError](),
	reflect.TypeFor[flate.CorruptInputError](), reflect.TypeFor[flate.InternalError](),
	reflect.TypeFor[bzip2.StructuralError](),
	reflect.TypeFor[user.UnknownUserError](), reflect.TypeFor[user.UnknownUserIdError](),
	reflect.TypeFor[user.UnknownGroupError](), reflect.TypeFor[user.UnknownGroupIdError](),
	reflect.TypeFor[*overlap.CallError](), reflect.TypeFor[*overlap.JobError](), reflect.TypeFor[*overlap.PanicError](),
	reflect.TypeFor[*overlap.TimeoutError](),
}
