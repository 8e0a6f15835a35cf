package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nkeys"

	"example.com/overlap"
)

// WorkerKey is the key of one worker, or of some, beside the one that [Engine.Join] gives to all. An engine that runs with
// the same file of keys ([Keys]) knows at once of one that is added, and within a second or two of one that is revoked.
type WorkerKey struct {
	Name  string    // letters, digits, '.', '-' and '_'
	Tasks []string  // the names of the tasks whose calls it may take; none: all
	Added time.Time // when, by this machine's clock
}

// keyFile is a key in a file of its own, so that to add and to revoke one is to make and to remove a file, whatever else
// runs at the same time. The key itself is with the worker alone.
type keyFile struct {
	Public string    `json:"public"`
	Tasks  []string  `json:"tasks,omitempty"`
	Marks  []string  `json:"fingerprints,omitempty"` // of the tasks
	Added  time.Time `json:"added"`
}

// keysFolder is where the keys of workers are whose engine has its own in a file.
func keysFolder(file string) string { return file + ".workers" }

var keyName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$`)

// AddWorkerKey makes a key for the engine whose keys are in file and which listens at an address, as [Listen] takes it,
// with its port. It returns the join string, which nobody else has. With tasks, the key is for calls of these alone: who
// has it can take no others. The error says that there is a key of the name, or that file or address cannot be an engine's.
func AddWorkerKey(file, address, name string, tasks ...overlap.AnyTask) (join string, err error) {
	if !keyName.MatchString(name) {
		return "", fmt.Errorf("%q cannot be the name of a key: use letters, digits, dots and dashes", name)
	}
	at, err := listening(address)
	if err != nil {
		return "", err
	}
	if at.port == 0 {
		return "", fmt.Errorf("the engine's address %q does not say its port: give the one at which it listens", address)
	}
	i, err := keptIdentity(file)
	if err != nil {
		return "", fmt.Errorf("the engine's keys: %w", err)
	}
	t := ticket{address: at.reachable()}
	if !isLoopback(at.host) {
		if t.pin, err = pin(&i.own.PublicKey); err != nil {
			return "", err
		}
	}
	key, err := nkeys.CreateUser()
	if err != nil {
		return "", err
	}
	seed, err := key.Seed()
	if err != nil {
		return "", err
	}
	kept := keyFile{Added: time.Now().UTC().Truncate(time.Second)}
	for _, task := range tasks {
		kept.Tasks, kept.Marks = append(kept.Tasks, task.Name()), append(kept.Marks, fingerprint(task))
	}
	if kept.Public, err = key.PublicKey(); err != nil {
		return "", err
	}
	text, err := json.Marshal(kept)
	if err == nil {
		err = makeFile(filepath.Join(keysFolder(file), name), text)
	}
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("there is a key %q already: revoke it first, or choose another name", name)
	}
	t.key = string(seed)
	return t.String(), err
}

// WorkerKeys are the keys that have been added to those of an engine, by their names.
func WorkerKeys(file string) ([]WorkerKey, error) {
	kept, err := readKeys(file)
	var all []WorkerKey
	for name, key := range kept {
		all = append(all, WorkerKey{name, key.Tasks, key.Added})
	}
	slices.SortFunc(all, func(a, b WorkerKey) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// RevokeWorkerKey takes a key back: an engine that runs lets go whoever is there by it, and nobody comes by it again.
func RevokeWorkerKey(file, name string) error {
	if !keyName.MatchString(name) {
		return fmt.Errorf("there is no key %q", name)
	}
	err := os.Remove(filepath.Join(keysFolder(file), name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no key %q", name)
	}
	return err
}

// readKeys reads the keys that have been added, by their names. A file that is none is an error, but the others are read.
func readKeys(file string) (map[string]keyFile, error) {
	folder := keysFolder(file)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	kept := map[string]keyFile{}
	for _, entry := range entries {
		if !keyName.MatchString(entry.Name()) {
			continue // one that is being made
		}
		text, reading := os.ReadFile(filepath.Join(folder, entry.Name()))
		if errors.Is(reading, fs.ErrNotExist) {
			continue // revoked meanwhile
		}
		var key keyFile
		if reading == nil {
			reading = json.Unmarshal(text, &key)
		}
		if reading == nil && !nkeys.IsValidPublicUserKey(key.Public) {
			reading = errors.New("it has no key")
		}
		if reading != nil {
			err = errors.Join(err, fmt.Errorf("%s is no worker's key: %w", filepath.Join(folder, entry.Name()), reading))
			continue
		}
		kept[entry.Name()] = key
	}
	return kept, err
}

// makeFile makes a file with its folder. It appears whole, and is not overwritten: then the error is [fs.ErrExist].
func makeFile(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	to, err := os.CreateTemp(filepath.Dir(file), ".making-")
	if err != nil {
		return err
	}
	defer os.Remove(to.Name())
	_, err = to.Write(text)
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	return os.Link(to.Name(), file)
}
