package cli

import (
	"github.com/spf13/cobra"

	"example.com/overlap/compare"
)

const measureName = "measure"

// measureCommand is what compare starts for each measurement.
func (p *program) measureCommand() *cobra.Command {
	return &cobra.Command{
		Use:    measureName,
		Short:  "Make one measurement for compare",
		Hidden: true,
		Args:   p.noArguments,
		RunE: func(*cobra.Command, []string) error {
			ofWorker, err := resolveWorker()
			switch {
			case err != nil:
				return err
			case ofWorker != nil:
				return compare.Child(ofWorker)
			}
			return compare.Child(resolve)
		},
	}
}
