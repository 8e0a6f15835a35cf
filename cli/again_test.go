package cli

import (
	"testing"
	"time"
)

func TestAgainWithin(t *testing.T) {
	for _, c := range []struct {
		args, command []string
		want          string
	}{
		{[]string{"compare"}, nil, "overlap compare --budget 40s"},
		{[]string{"compare", "-r", "2", "primes", "1..9", "--budget=3s", "--on", "sync,pool", "--runs=4"}, nil,
			"overlap compare --budget 40s primes 1..9 --on sync,pool"},
		{[]string{"compare", "fetch", "--from", "my urls", "--", "-r2"}, nil,
			"overlap compare --budget 40s fetch --from 'my urls' -- -r2"},
		{[]string{"compare", "exec", "-r2", "ls", "-r", "4", ":::", "-r", "a"}, []string{"ls", "-r", "4"},
			"overlap compare exec --budget 40s ls -r 4 ::: -r a"},
	} {
		p := &program{name: "overlap", args: c.args}
		if got := p.againWithin(40*time.Second, c.command); got != c.want {
			t.Errorf("%q: %s, want %s", c.args, got, c.want)
		}
	}
}
