//go:build !nocluster

package cli

import (
	"context"
	"time"

	"example.com/overlap"
	"example.com/overlap/cluster"
	"example.com/overlap/source"
)

// checkFiles has the workers of an engine that are there say whether they have the files which the inputs name: those of
// --chunk, and the first of those that --glob finds. Where no worker is there yet, it asks none.
func (p *program) checkFiles(ctx context.Context, executor overlap.Executor, f *inputFlags) error {
	const most = 1000
	x, ok := executor.(interface {
		Ready(ctx context.Context) error
		CheckFiles(ctx context.Context, files []cluster.File) error
	})
	if !ok {
		return nil
	}
	var files []cluster.File
	if f.chunk != (chunkSize{}) && !f.ship {
		in, err := p.chunks(f, 1)
		if err != nil {
			return err
		}
		for _, file := range in.Files {
			files = append(files, cluster.File{Name: file.Name, Size: file.Info.Size()})
		}
	}
	if len(f.glob) > 0 {
		in, err := source.Glob(f.glob...)
		if err != nil {
			return usageErrorf("--glob: %w", err)
		}
		for item, err := range in.Items {
			if len(files) == most || err != nil {
				break // the job says it
			}
			files = append(files, cluster.File{Name: item.Plain(), Size: -1})
		}
	}
	if len(files) == 0 {
		return nil
	}
	patience, cancel := context.WithTimeout(ctx, heardWithin)
	defer cancel()
	if x.Ready(patience) != nil {
		return nil
	}
	select { // others say at about the same time that they are there
	case <-ctx.Done():
	case <-time.After(heardWithin / 10):
	}
	if err := x.CheckFiles(ctx, files); err != nil {
		return usageErrorf("the calls read files where they are made: %w", err).
			withHint("have the files at the same path on every worker, or with --chunk, send their bytes along by --ship")
	}
	return nil
}
