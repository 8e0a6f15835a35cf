// Package crossing is how values and errors get to another process and back, whatever carries them.
//
// Inputs and results cross by the codecs of package [value]: [ForTask] finds those of a task. How a call failed crosses
// by [AppendFailure] and [DecodeFailure]: its outcome, its stack, and its error as the tree that it is, so that
// errors.Is and errors.As say the same of it on both sides. What arrives of an error whose type the other side does not
// know is a [RemoteError].
//
// Both sides must be builds of the same program, as they must define the same tasks and errors. The bytes may
// nevertheless be anything: decoding them fails, and does not panic or allocate much more than they are long. All
// functions are safe for concurrent use.
package crossing
