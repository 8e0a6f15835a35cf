package cluster

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// lookAtKeys is how often an engine looks whether keys have been added or revoked.
const lookAtKeys = time.Second

// users are those who may come to the engine, and what they may do there. A file that is no key is an error, but the
// others are there.
func (r *running) users() ([]*server.NkeyUser, error) {
	submitters, err := r.identity.submitter.PublicKey()
	if err != nil {
		return nil, err
	}
	workers, err := r.identity.worker.PublicKey()
	if err != nil {
		return nil, err
	}
	all := []*server.NkeyUser{{Nkey: submitters}, {Nkey: workers, Permissions: workerPermissions(workers, nil)}}
	if r.keys == "" {
		return all, nil
	}
	kept, err := readKeys(r.keys)
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		key := kept[name]
		all = append(all, &server.NkeyUser{Nkey: key.Public, Permissions: workerPermissions(key.Public, key.Marks)})
	}
	return all, err
}

// watchKeys has the server know of keys that are added and revoked. Who is there by one that is revoked is let go.
func (r *running) watchKeys() {
	before := namesOf(r.options.Nkeys)
	ticker := time.NewTicker(lookAtKeys)
	defer ticker.Stop()
	for {
		select {
		case <-r.over:
			return
		case <-ticker.C:
		}
		users, _ := r.users() // a file that is no key must not keep another from being revoked
		if now := namesOf(users); len(users) > 0 && now != before {
			changed := r.options.Clone()
			changed.Nkeys = users
			if err := r.server.ReloadOptions(changed); err == nil { // else it is tried again
				r.options, before = changed, now
			}
		}
	}
}

func namesOf(users []*server.NkeyUser) string {
	var all []string
	for _, u := range users {
		all = append(all, u.Nkey)
	}
	return strings.Join(all, " ")
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
