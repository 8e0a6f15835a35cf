package cluster

import (
	"encoding/base64"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// lookAtKeys is how often an engine looks whether keys have been added or revoked.
const lookAtKeys = time.Second

// users are those who may come to an engine, by their public keys. The server asks it about whoever comes, so that keys can
// be added and revoked while it runs: a change of the server's own list of keys (ReloadOptions) reads, without a lock, what
// clients write that are just coming, and may refuse one of them.
type users struct {
	identity *identity
	keys     string // The file of the engine's keys, beside which those of workers are; "" for none.

	mu     sync.Mutex // Also held while the keys are read: what is older must not replace what is newer.
	byKey  map[string]*server.User
	readAt time.Time // When the folder of the workers' keys had last been changed, as it was last read.
}

// Check implements [server.Authentication]: it reports whether a client has the private key to a public one that is known.
func (u *users) Check(client server.ClientAuthentication) bool {
	said := client.GetOpts()
	user := u.find(said.Nkey)
	if user == nil {
		return false
	}
	public, err := nkeys.FromPublicKey(said.Nkey)
	if err != nil {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(said.Sig)
	if err != nil || public.Verify(client.GetNonce(), signature) != nil {
		return false
	}
	client.RegisterUser(user)
	return true
}

// find returns the user who has a key, which may just have been added; nil for nobody.
func (u *users) find(key string) *server.User {
	u.mu.Lock()
	defer u.mu.Unlock()
	if user := u.byKey[key]; user != nil || u.keys == "" {
		return user
	}
	before := u.readAt
	if u.readAt = changedAt(keysFolder(u.keys)); u.readAt.Equal(before) {
		return nil // A folder of many keys is not read again for each wrong one.
	}
	all, _ := usersOf(u.identity, u.keys)
	for added, user := range all {
		if u.byKey[added] == nil { // Those that are revoked meanwhile are left for learn to find.
			u.byKey[added] = user
		}
	}
	return u.byKey[key]
}

// learn reads the keys, and returns those who are no users any more.
func (u *users) learn() (gone []string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.readAt = changedAt(keysFolder(u.keys)) // Before it is read: what is added meanwhile is found.
	all, err := usersOf(u.identity, u.keys)
	if len(all) == 0 {
		return nil, err
	}
	return u.set(all), err // A file that is no key must not keep another from being revoked.
}

// changedAt is when a folder was last changed, and the zero time if it is not there.
func changedAt(folder string) time.Time {
	there, err := os.Stat(folder)
	if err != nil {
		return time.Time{}
	}
	return there.ModTime()
}

// set has all be the users, and returns the keys of those who are none any more. u.mu is held.
func (u *users) set(all map[string]*server.User) (gone []string) {
	for key := range u.byKey {
		if all[key] == nil {
			gone = append(gone, key)
		}
	}
	u.byKey = all
	return gone
}

// usersOf are the submitters, the workers, and those workers that have keys of their own in a file, "" for none. A file that
// is no key is an error, but the others are there.
func usersOf(i *identity, keys string) (map[string]*server.User, error) {
	submitters, err := i.submitter.PublicKey()
	if err != nil {
		return nil, err
	}
	workers, err := i.worker.PublicKey()
	if err != nil {
		return nil, err
	}
	all := map[string]*server.User{submitters: {}, workers: {Permissions: workerPermissions(workers, nil)}}
	if keys == "" {
		return all, nil
	}
	kept, err := readKeys(keys)
	for _, key := range kept {
		all[key.Public] = &server.User{Permissions: workerPermissions(key.Public, key.Marks)}
	}
	return all, err
}

// watchKeys learns of keys that are added and revoked. Who is there by one that is revoked is put out.
func (r *running) watchKeys() {
	ticker := time.NewTicker(lookAtKeys)
	defer ticker.Stop()
	for {
		select {
		case <-r.over:
			return
		case <-ticker.C:
		}
		gone, _ := r.users.learn()
		r.putOut(gone)
	}
}

// putOut ends the connections of those who have one of some keys. They come back once, and are told that their key is not
// known. Whoever was let in by such a key is among the connections, as a client says its key before it is let in.
func (r *running) putOut(keys []string) {
	if len(keys) == 0 {
		return
	}
	there, err := r.server.Connz(&server.ConnzOptions{Username: true, Limit: math.MaxInt})
	if err != nil {
		return // the server ends
	}
	for _, c := range there.Conns {
		if slices.Contains(keys, c.AuthorizedUser) {
			_ = r.server.DisconnectClientByID(c.Cid) // or it has just gone by itself
		}
	}
}

// workerPermissions are what the holders of a worker's key may do: take chunks of some tasks, or of all if there are none,
// answer them, and say that they are there.
func workerPermissions(public string, tasks []string) *server.Permissions {
	may := []string{userInfo, messageSubject(toSessions), messageSubject(answersTo("*")), messageSubject(questionsTo("*"))}
	if len(tasks) == 0 {
		tasks = []string{"*"}
	}
	for _, task := range tasks {
		may = append(may, nextSubject+task)
	}
	return &server.Permissions{
		Publish: &server.SubjectPermission{Allow: may},
		Subscribe: &server.SubjectPermission{Allow: []string{
			inboxOf(public) + ".>", messageSubject(toWorkers), messageSubject(questionsTo(public + ".*")),
		}},
		Response: &server.ResponsePermission{MaxMsgs: 1, Expires: patience},
	}
}

// inboxOf is where answers go that only the holders of a key may see.
func inboxOf(public string) string { return "_INBOX_" + public }
