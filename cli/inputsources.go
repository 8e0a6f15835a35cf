package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"example.com/overlap/source"
)

// files are the sources that the user named, one after another, or else standard input.
func (p *program) files(ctx context.Context, f *inputFlags) (*source.Source, error) {
	var parts []*source.Source
	if len(f.from) > 0 || len(f.glob) == 0 {
		format, err := f.format()
		if err != nil {
			return nil, err
		}
		names := f.from
		if len(names) == 0 {
			names = []string{"-"}
		}
		in, err := source.Open(ctx, format, p.stdin, names...)
		if err != nil {
			return nil, usageErrorf("%w", err)
		}
		parts = append(parts, in)
	}
	if len(f.glob) > 0 {
		in, err := source.Glob(f.glob...)
		if err != nil {
			return nil, usageErrorf("--glob: %w", err)
		}
		parts = append(parts, in)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return source.Join(parts...), nil
}

// combined are the combinations of the lists behind the arguments, of which the first may be files.
func (p *program) combined(ctx context.Context, reader inputReader, f *inputFlags) (*source.Source, error) {
	if only := p.lists[0]; len(p.lists) == 1 && !only.files && !only.linked && len(f.from)+len(f.glob) == 0 && !f.header {
		return p.arguments(reader, only.words, f)
	}
	format, err := f.format()
	if err != nil {
		return nil, err
	}
	split, err := f.split()
	if err != nil {
		return nil, err
	}
	var lists []source.List
	closeAll := func() {
		for _, l := range lists {
			_ = l.Close() // they were only read
		}
	}
	if len(f.from)+len(f.glob) > 0 {
		in, err := p.files(ctx, f)
		if err != nil {
			return nil, err
		}
		lists = append(lists, source.List{Source: in})
	}
	for _, l := range p.lists {
		if !l.files {
			words, header := f.columns(source.Texts("the arguments behind "+l.String(), l.words...), split), f.header
			if f.csv { // whose first row has the names by itself
				header = false
				if words, err = f.rows(words.Name, l.words); err != nil {
					closeAll()
					return nil, err
				}
			}
			lists = append(lists, source.List{Source: words, Linked: l.linked, Header: header})
			continue
		}
		for _, name := range l.words {
			in, err := source.Open(ctx, format, p.stdin, name)
			if err != nil {
				closeAll()
				return nil, usageErrorf("%w", err)
			}
			lists = append(lists, source.List{Source: in, Linked: l.linked})
		}
	}
	in, err := source.Combine(lists...)
	if err != nil {
		closeAll()
		return nil, usageErrorf("%w", err)
	}
	return in, nil
}

// chunks are those of the files that the user named.
func (p *program) chunks(f *inputFlags, workers int) (*source.Source, error) {
	cut, err := f.cut(workers)
	if err != nil {
		return nil, err
	}
	if len(f.from) == 0 || slices.Contains(f.from, "-") {
		return nil, usageErrorf("--chunk divides files that have names: give --from FILE, or --pipe for standard input")
	}
	var parts []*source.Source
	for _, name := range f.from {
		info, err := os.Stat(name)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is no regular file: --pipe divides what is sent to standard input", name)
		}
		if err != nil {
			return nil, usageErrorf("cannot divide the inputs: %w", err)
		}
		part := &source.Source{Name: name, Count: source.Unknown, Files: []source.File{{Name: name, Info: info}}}
		if part.Items = values(cut.Chunks(name)); f.ship {
			part.Items = values(shipped(cut.Chunks(name)))
		}
		parts = append(parts, part)
	}
	return source.Join(parts...), nil
}

// shipped are chunks with their bytes, which are read when a chunk is drawn.
func shipped(chunks iter.Seq2[source.Chunk, error]) iter.Seq2[source.Piece, error] {
	return func(yield func(source.Piece, error) bool) {
		for chunk, err := range chunks {
			var bytes bytes.Buffer
			if err == nil {
				_, err = chunk.WriteTo(&bytes)
			}
			if !yield(source.Piece{Offset: chunk.Offset, Length: chunk.Length, Bytes: bytes.Bytes()}, err) || err != nil {
				return
			}
		}
	}
}

// pieces are those that standard input is divided into.
func (p *program) pieces(ctx context.Context, f *inputFlags) (*source.Source, error) {
	cut, err := f.cut(1)
	if err != nil {
		return nil, err
	}
	if isTerminal(p.stdin) {
		return nil, usageErrorf("--pipe divides standard input, which is a terminal: send something through a pipe")
	}
	format := func(r io.Reader, from string) iter.Seq2[source.Item, error] { return values(cut.Pieces(r, from)) }
	in, err := source.Open(ctx, format, p.stdin, "-")
	if err != nil {
		return nil, usageErrorf("%w", err)
	}
	return in, nil
}

// values are items that never were texts.
func values[T any](all iter.Seq2[T, error]) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		for value, err := range all {
			if !yield(source.Item{Value: value}, err) || err != nil {
				return
			}
		}
	}
}

// shuffled is the source in the order that --shuf asks for. In an error it is what is to be closed.
func (f *inputFlags) shuffled(ctx context.Context, in *source.Source) (*source.Source, error) {
	if !f.shuffle.is {
		return in, nil
	}
	lines := f.isPlain() && len(f.from) > 0 && len(in.Files) == len(f.from) && len(f.glob) == 0
	for _, file := range in.Files {
		lines = lines && file.Info.Mode().IsRegular() && !slices.Contains(f.from, "-")
	}
	if !lines {
		return source.Shuffle(in, f.shuffle.seed, ""), nil
	}
	shuffled, err := source.ShuffleLines(ctx, f.lines(), f.shuffle.seed, f.from...)
	if err != nil {
		return in, usageErrorf("%w", err)
	}
	shuffled.Count = in.Count
	_ = in.Close() // it was only read
	return shuffled, nil
}
