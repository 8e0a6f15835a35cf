package process

import (
	"reflect"

	"example.com/overlap/internal/crossing"
)

// RemoteError is an error of a task in a worker whose value stays there: one that is neither known nor defined
// ([overlap.DefineError], [overlap.DefineErrorType]). What crosses is its type's name and its text, what it wraps, what
// [overlap.RetryPolicy] asks of it, and which known errors its own methods Is and As say that it is.
//
// Its fields are strings: Type is the name of its type in the worker, such as "*bank.QuotaError", Text what its method
// Error returned there, and Stack where a worker in another language says it came from, in its own form, or "". Unwrap
// returns what it wrapped, or nil; Retryable what [overlap.DefaultRetryable] said of it in the worker; RetryAfter what
// it said of itself. An error that had methods Timeout or Temporary in the worker, or wrapped several errors, arrives
// as one that has them too; errors.As finds the RemoteError in it.
type RemoteError = crossing.RemoteError

func init() { // A call of a worker may itself use a pool.
	crossing.KnowValue("process.ErrClosed", ErrClosed)
	crossing.KnowValue("process.ErrResultLost", ErrResultLost)
	crossing.KnowType(reflect.TypeFor[*DiedError]())
}
