package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// hasFetch reports whether the program has the task that makes requests.
func (p *program) hasFetch() bool { return slices.Contains(p.tasks, overlap.AnyTask(fetch.Task)) }

// fetchCommand is the sub-command of run that makes requests.
func (p *program) fetchCommand() *cobra.Command {
	var flags runFlags
	var requests fetchFlags
	cmd := &cobra.Command{
		Use:   fetchTask + " [URL…]",
		Short: "Make HTTP requests",
		Long: p.named(`Make a request for each input: a URL, or a request in JSON, as overlap tasks fetch says. The flags below
say what a request leaves open, for all; what a request says itself counts before them. Everything else is as
overlap run --help says.

Requests are GET, with "overlap" as User-Agent and compressed by gzip, unless said otherwise. Up to 10 redirects are
followed; one to another host is followed without Authorization and Cookie. An attempt fails when there is no connection
within 10 s, no TLS within 10 s more, no answer within 2 min, no byte of a body for 30 s, or when it takes 10 min in all
(--max-time, as --timeout for the attempts of any task; a call with --retries may take that several times), when a header is larger than 1 MiB, or a body than 64 MiB. Certificates must be such as the system trusts.

A host that answers 429 or 503 is asked more slowly, by all requests to it, and when it refuses several in a row not before
its Retry-After is over; a request that it refused is made again then, up to five times, besides what --retries says. One that is
refused whatever else is asked waits by itself. When a host cannot be reached, its
requests wait while others are made, and one after another tries it, after 1 s, 2 s, 4 s and so on up to 30 s; after
--max-down they fail. What waits holds up no other host, and no worker. A POST or PATCH is made again by --retries only where there was no
connection to send it over, or where it has the header Idempotency-Key: it may have been done. At most 8 requests are made at once to a host that
is not this machine, unless -j or --per-host says how many.

With --save DIR the body of each response that succeeded is in a file of DIR, as a whole and on the disk before the result
is there: HOST/NAME-HASH.EXTENSION, of letters, digits, dots and dashes, one for each request that differs from the others.
It is not replaced: another body of the same request is in HOST/NAME-HASH-BODYHASH.EXTENSION.

The value of a result has status, protocol, url (the last one), redirects, content_type, size and sha256 of the body, and
times, and content_encoding where the body is still encoded by what was not asked for. That of a failure has reason, host, and status, retry_after (seconds) and page where there was an answer; earlier
has the attempts before the last. The summary counts calls by status and reason, and has percentiles of the service
times: how long calls took that succeeded, each of which began when there was room for it (a closed loop).`),
		Example: p.named(`  overlap run fetch --from urls.txt -j 64 --retries 3 -o pages.jsonl
  overlap run fetch -H 'Authorization: Bearer TOKEN' --method HEAD --from urls.txt
  overlap run fetch --data '{"a":1}' -H 'Content-Type: application/json' http://127.0.0.1:8080/post
  overlap run fetch '{"url":"http://127.0.0.1:8080/delay/2","max_time":1}'`),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.where.worker == "" { // else it is a task of the worker's
				flags.fetch = &requests
			}
			return p.runJob(cmd, flags, append([]string{fetchTask}, args...), nil)
		},
	}
	flags.add(p, cmd)
	requests.add(cmd)
	return cmd
}
