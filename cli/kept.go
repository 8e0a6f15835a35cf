package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"

	"example.com/overlap"
	"example.com/overlap/durable"
	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/internal/resultline"
	"example.com/overlap/source"
)

// keptResults are results in a file that is made when the job is over, by a job that can be continued.
type keptResults struct {
	run     *durable.Run
	at      keptPlace
	encoder *resultline.Encoder
	isOver  bool // the file is in its place
	isOther bool // it is of another job than this run, which so cannot go on from there
}

// isKept reports whether what -o names is a file that is replaced when the job is over, rather than a stream.
func (p *program) isKept(output string) bool {
	if output == "" || p.toStdout(output) {
		return false
	}
	_, ok, err := outfile.Locate(output)
	return ok || err != nil
}

// keptPlace is where the file of -o is, and those beside it that it is made by.
type keptPlace struct{ outfile.Location }

func (k keptPlace) paths() []string {
	partial, finished := durable.Beside(k.Path)
	return []string{k.Path, partial, finished}
}

// Writes reports whether a regular file is one of these, by whatever name.
func (k keptPlace) Writes(other os.FileInfo) bool {
	return slices.ContainsFunc(k.paths(), func(path string) bool {
		there, err := os.Stat(path)
		return err == nil && os.SameFile(there, other)
	})
}

// isTakenBy reports whether a file that is to be put in its place would have that of one of these.
func (k keptPlace) isTakenBy(file *outfile.File) bool {
	return slices.ContainsFunc(k.paths(), func(path string) bool { return file.Takes(outfile.Location{Path: path}) })
}

// openKept opens the file of -o, or says why the job cannot be the one to be continued.
func (j *job) openKept(file durable.File) error {
	found, _, err := outfile.Locate(file.Name)
	if err != nil {
		return usageErrorf("%w", err)
	}
	at := keptPlace{found}
	err = errors.Join(
		refuseInputs(at, "-o", j.inputs.Files), refuseStream(at, "-o", j.messages.to, "standard error"))
	if err != nil {
		return err
	}
	run, err := durable.Open(file)
	if err != nil {
		return cannotContinue(err)
	}
	before := run.Progress()
	j.kept = &keptResults{run: run, at: at, encoder: resultline.NewEncoder()}
	j.results = j.kept
	switch results := figures.Counted(before.Done+before.Unused, "result", "results"); {
	case j.show.quiet:
	case run.From() != "" && file.DryRun:
		j.messages.sayf("%s has %s; these calls would be made:", run.From(), results)
	case run.From() != "":
		damaged := ""
		if before.Damaged > 0 {
			damaged = ", and " + figures.Counted(before.Damaged, "damaged line", "damaged lines")
		}
		j.messages.sayf("going on from %s, which has %s%s%s", run.From(), results, damaged, notesText(before.Begun))
	case !file.DryRun:
		j.messages.sayf("the results are in %s until the job is over", run.Partial())
	}
	return nil
}

// cannotContinue says what can be done about a run that cannot be continued, or an input that is not what it was.
func cannotContinue(err error) error {
	if said, ok := errors.AsType[*statusError](err); ok {
		return said
	}
	if different, ok := errors.AsType[*durable.DifferentError](err); ok {
		hint := "--fresh throws those results away, another -o FILE keeps them"
		if different.Resumable {
			hint = "--resume makes the calls of inputs that have no result yet; " + hint
		}
		if different.Is == "" && strings.Contains(different.What, "(at most once)") {
			hint = "give --at-most-once again, since calls would be made twice without it; " + hint
		}
		different.What = inFlags.Replace(different.What)
		return usageErrorf("%w", err).withHint(hint)
	}
	if errors.Is(err, durable.ErrUnreadable) {
		return usageErrorf("%w", err).withHint("--fresh throws away what it has, another -o FILE keeps it")
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return (&statusError{status: exitFailed, err: err}).withHint("make room, and the same command goes on")
	}
	return badInput("%w", err)
}

// inFlags has what durable calls by the names of its options called by those of the flags.
var inFlags = strings.NewReplacer("(key)", "(--key)", "(at most once)", "(--at-most-once)")

// isDifferent reports whether an error says that a run is of another job than the one that it is to continue.
func isDifferent(err error) bool {
	_, ok := errors.AsType[*durable.DifferentError](err)
	return ok
}

// keptRemaining are the inputs whose calls are to be made, of all of a job.
func (j *job) keptRemaining(all iter.Seq2[callInput, error]) iter.Seq2[durable.Call[callInput], error] {
	whole := func(yield func(callInput, error) bool) {
		any := false
		for in, err := range all {
			if j.draining.Err() != nil {
				break
			}
			if any = true; !yield(in, err) {
				return
			}
		}
		switch {
		case j.draining.Err() != nil: // and so the inputs have not come to their end
			yield(callInput{}, errInterrupted)
		case !any:
			yield(callInput{}, noInputs(j.inputs))
		}
	}
	return durable.Remaining(j.kept.run, whole, identified)
}

// identified is what tells an input from others.
func identified(in callInput) (value any, raw []byte) {
	if value = in.given.input; value == nil {
		value = in.value
	}
	if piece, ok := value.(source.Piece); ok { // what it says of itself is where it stood
		sum := sha256.Sum256(piece.Bytes)
		value = struct {
			source.Piece
			SHA256 string `json:"sha256"`
		}{piece, hex.EncodeToString(sum[:])}
	}
	return value, in.given.raw
}

// add implements resultWriter. Calls that were canceled, or waited for another attempt when the run was ended, have no
// result: they are made again.
func (k *keptResults) add(r overlap.Result[any, any], raw []byte) (outcome overlap.Outcome, failure, err error) {
	defer closeOutputs(r)
	if r.Outcome == overlap.Canceled || errors.Is(r.Err, overlap.ErrAttemptsLeft) {
		return overlap.Canceled, resultline.Reason(r.Err), k.run.Drop(r.Index, overlap.Canceled)
	}
	return k.encoder.Keep(k.run, r, raw, resultline.FailedValue(r.Err))
}

func (k *keptResults) flush() error { return k.run.Flush() }

// close puts the file in its place if the job is over.
func (k *keptResults) close() (err error) {
	k.isOver, err = k.run.Close()
	return err
}

// notesText says of how many calls there are notes that they began, and no results.
func notesText(calls int64) string {
	if calls == 0 {
		return ""
	}
	return ", and notes of " + figures.Counted(calls, "call", "calls") + " that may have run"
}

// where says where results are while the job is not over, "" for nowhere.
func (k *keptResults) where() string {
	is := k.run.Progress()
	if is.Done == 0 && is.Begun == 0 {
		return ""
	}
	where := figures.Counted(is.Done, "result is", "results are") + " in " + k.run.Partial() + notesText(is.Begun)
	if k.isOther {
		return where
	}
	return where + ": the same command goes on from there"
}

// tell says what there is to say of this and other runs at the end of this one. When it is to be quiet, it says where
// results are that are not in their place, and how many are left out.
func (k *keptResults) tell(to *messages, quiet bool) {
	is, name := k.run.Progress(), k.at.Name()
	if !k.isOver {
		if where := k.where(); where != "" {
			to.sayf("%s", where)
		}
		return
	}
	if is.Unused > 0 {
		to.sayf("%s left out, since the inputs are gone", figures.Counted(is.Unused, "result is", "results are"))
	}
	if quiet {
		return
	}
	if is.Before > 0 {
		to.sayf("%s has %s of earlier runs as well", name, figures.Counted(is.Before, "result", "results"))
	}
	if is.MayHaveRun > 0 {
		to.sayf("%s begun, or about to be, by a run that was ended before, and may have run; %s says of which inputs",
			figures.Counted(is.MayHaveRun, "call was", "calls were"), name)
	}
	if is.Failed > 0 {
		to.sayf("%s; --retry-failed makes such calls again",
			figures.Counted(is.Failed, "result is a failure", "results are failures"))
	}
}
