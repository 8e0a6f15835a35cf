package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
	"example.com/overlap/report"
)

// baselineFlags are about a saved report that a comparison is compared with.
type baselineFlags struct {
	file  string
	limit percentage // of how much slower it may be; 0 where it was not given
}

func (f *baselineFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.file, "baseline", "", "say of each strategy whether it is better or worse than in this `file`, a "+
		"report of --export-json")
	set.Var(&f.limit, "fail-if-slower", "exit with 3 when a strategy takes more than this `share` longer than in the "+
		"baseline, such as 5%, by the lower end of the interval; where it cannot be told, or machine or versions differ, "+
		"only warn")
}

// read is the saved report; nil where none is wanted.
func (f baselineFlags) read() (*compare.Report, error) {
	switch {
	case f.file == "" && f.limit.text != "":
		return nil, usageErrorf("--fail-if-slower needs something to compare with: add --baseline FILE, which " +
			"--export-json FILE has written")
	case f.file == "":
		return nil, nil
	}
	file, err := os.Open(f.file)
	if err != nil {
		return nil, usageErrorf("cannot read the baseline %s: %w", f.file, withoutPath(err))
	}
	defer file.Close()
	before, err := report.ReadJSON(file)
	if err != nil {
		return nil, usageErrorf("--baseline %s: %w; --export-json FILE writes one", f.file, err)
	}
	return before, nil
}

// sayIfSlower is the error of a comparison in which strategies have become slower than the limit. It warns where that
// cannot be told.
func (p *program) sayIfSlower(measured *compare.Report, f baselineFlags) error {
	if f.limit.text == "" {
		return nil
	}
	found := measured.SlowerThan(f.limit.share)
	if len(found.Untold) > 0 {
		advice := ""
		if found.MoreRuns {
			advice += "; more --runs, here and in the baseline, would tell"
		}
		if found.Quiet {
			advice += "; measure both while nothing else runs"
		}
		p.messages.sayf("warning: whether these are slower than in %s by more than %s cannot be told: %s%s", f.file, f.limit.text,
			figures.List(found.Untold), advice)
	}
	if len(found.Slower) == 0 {
		return nil
	}
	slower := fmt.Sprintf("slower than in %s by more than %s: %s", f.file, f.limit.text, strings.Join(found.Slower, "; "))
	if differ := measured.Baseline.Differences; len(differ) > 0 {
		p.messages.sayf("warning: %s; but that may have other reasons: %s", slower, strings.Join(differ, "; "))
		return nil
	}
	return &statusError{status: exitSlower, err: errors.New(slower)}
}

// percentage is a flag's share, as 5%.
type percentage struct {
	text  string // as it was given; "" where it was not
	share float64
}

// Set implements pflag.Value.
func (f *percentage) Set(text string) error {
	number, isShare := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !isShare || err != nil || !(percent >= 0 && percent <= 1e6) {
		return errors.New("give a share such as 5%")
	}
	*f = percentage{text: text, share: percent / 100}
	return nil
}

// Type implements pflag.Value.
func (*percentage) Type() string { return "share" }

// String implements pflag.Value.
func (f *percentage) String() string { return f.text }
