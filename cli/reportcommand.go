package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"example.com/overlap/compare"
	"example.com/overlap/report"
	"example.com/overlap/source"
)

// reportCommand shows again what compare has measured before.
func (p *program) reportCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "report MEASUREMENTS…",
		Short: "Show a comparison again that has been saved, as text or as a page",
		Long: `Read the files of compare --export-json, and show their reports: as text, or with -o as one page for a browser.
The page has bars with intervals, when calls ran, how many were in flight, all figures and how they were measured; it
is one file, which loads nothing. - is standard input. Nothing is measured.`,
		Example: p.named(`  overlap compare fetch --from urls.txt --export-json fetch.json
  overlap report fetch.json -o fetch.html`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageErrorf("report needs the files that compare --export-json has written")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.showReports(args, output) },
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write a page to this `file`; - is standard output")
	return cmd
}

func (p *program) showReports(names []string, output string) error {
	var reports []*compare.Report
	var files []source.File
	for _, name := range names {
		r, file, err := p.readReport(name)
		if err != nil {
			return usageErrorf("cannot read the measurements in %s: %w", name, withoutPath(err))
		}
		reports, files = append(reports, r), append(files, file...)
	}
	asPage := func(w io.Writer) error { return report.WriteHTML(w, reports...) }
	if output != "" && !p.toStdout(output) {
		return p.writePage(output, files, asPage)
	}
	if err := p.needsStdout("the report", "give -o FILE, or redirect it, with >FILE"); err != nil {
		return err
	}
	if output != "" {
		return asPage(p.stdout)
	}
	show := p.reports(p.stdout, p.stdout.to, "")
	for _, r := range reports {
		show(r)
	}
	return nil
}

// readReport reads a file; - is standard input.
func (p *program) readReport(name string) (*compare.Report, []source.File, error) {
	if name == "-" {
		r, err := report.ReadJSON(p.stdin)
		return r, nil, err
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, errors.New("it is a directory")
	}
	r, err := report.ReadJSON(file)
	return r, []source.File{{Info: info}}, err
}

func (p *program) writePage(name string, inputs []source.File, write func(io.Writer) error) error {
	file, err := p.openOutput(name, nil)
	if err != nil {
		return err
	}
	defer file.Discard()
	if err := refuseInputs(file, "-o", inputs); err != nil {
		return err
	}
	if err := write(file); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return file.Commit()
}
