package cluster

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// userInfo is where a server tells whoever asks what it may do.
const userInfo = "$SYS.REQ.USER.INFO"

// permits asks the engine of which tasks this side may take chunks. Where it does not say, that is of all, and [engine.take]
// finds out otherwise.
func (e *jetStream) permits(ctx context.Context) (may func(task string) bool) {
	var said struct {
		Data server.UserInfo `json:"data"`
	}
	one, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	if m, err := e.connection.RequestWithContext(one, userInfo, nil); err != nil || json.Unmarshal(m.Data, &said) != nil {
		return func(string) bool { return true }
	}
	return func(task string) bool { return mayPublish(said.Data.Permissions, nextSubject+task) }
}

// mayPublish reports whether who has some permissions may publish to a subject.
func mayPublish(p *server.Permissions, subject string) bool {
	if p == nil || p.Publish == nil {
		return true
	}
	covers := func(filter string) bool { return server.SubjectMatchesFilter(subject, filter) }
	return (len(p.Publish.Allow) == 0 || slices.ContainsFunc(p.Publish.Allow, covers)) &&
		!slices.ContainsFunc(p.Publish.Deny, covers)
}

// seekBarred finds out which tasks of the worker its key is not for.
func (h *host) seekBarred(ctx context.Context) {
	may := h.engine.permits(ctx)
	for fingerprint := range h.tasks {
		if !may(fingerprint) {
			h.bar(fingerprint)
		}
	}
}

// bar has a task be none of those whose chunks the worker takes, since its key is not for it.
func (h *host) bar(fingerprint string) {
	if t := h.tasks[fingerprint]; t != nil {
		h.barred = append(h.barred, t.mark)
		delete(h.tasks, fingerprint)
	}
}

// tellBarred says once that the worker takes no calls of a job's task, since its key is not for it. h.mu is held.
func (h *host) tellBarred(fingerprint, name string) {
	if !hasMark(h.barred, fingerprint) || h.told[fingerprint] || len(h.told) >= mostTold {
		return
	}
	h.told[fingerprint] = true
	go h.notice("the key of this worker is not for calls of " + name + ": it takes none")
}

// lack has a task be none of this worker's, since the engine has refused it a chunk.
func (h *host) lack(fingerprint string) {
	h.mu.Lock()
	if t := h.tasks[fingerprint]; t != nil {
		h.bar(fingerprint)
		h.tellBarred(fingerprint, t.name)
	}
	h.mu.Unlock()
	h.announce(false)
}
