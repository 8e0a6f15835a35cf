package cli

import "testing"

func TestClosest(t *testing.T) {
	names := []string{"sync", "threads", "pool", "async", "loop"}
	cases := map[string]string{
		"sync": "sync", "asnyc": "async", "ASYNC": "async", "polo": "pool", "thread": "threads", "treads": "threads",
		"snyc": "sync", "lop": "loop", "processes": "", "x": "", "": "",
	}
	for word, want := range cases {
		if got, _ := closest(word, names); got != want {
			t.Errorf("closest to %q: %q, want %q", word, got, want)
		}
	}
}

func TestCorrected(t *testing.T) {
	cases := []struct {
		args      []string
		bad, good string
		want      string
	}{
		{[]string{"run", "fech", "fech"}, "fech", "fetch", "overlap run fetch fech"},
		{[]string{"run", "--on=asnyc"}, "asnyc", "async", "overlap run --on=async"},
		{[]string{"compare", "--on", "sync,polo"}, "polo", "pool", "overlap compare --on sync,pool"},
		{[]string{"compare", "--on=sync,polo"}, "polo", "pool", "overlap compare --on=sync,pool"},
		{[]string{"run", "--form=a b"}, "--form", "--from", "overlap run '--from=a b'"},
		{[]string{"run", "x", "$HOME", "it's", ""}, "x", "y", `overlap run y '$HOME' 'it'\''s' ''`},
		{[]string{"run", "http://a/?q=x"}, "x", "y", "overlap run 'http://a/?q=x'"},
	}
	for _, c := range cases {
		p := &program{name: "overlap", args: c.args}
		if got := p.corrected(c.bad, c.good); got != c.want {
			t.Errorf("%q: %s, want %s", c.args, got, c.want)
		}
	}
}
