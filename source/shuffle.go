package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"strings"
)

// Shuffle is a source of the items of another in a random order, which is the same for the same seed. All items are
// read before the first is given. They are kept in a file in dir ("" is the directory for temporary files), which has
// no name where the system allows that, and 8 bytes an item in memory. [ShuffleLines] needs no such file.
func Shuffle(s *Source, seed uint64, dir string) *Source {
	shuffled := &Source{Name: s.Name, Count: s.Count, Files: s.Files, closer: s}
	shuffled.Items = func(yield func(Item, error) bool) {
		kept, err := newKept(dir)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer kept.close()
		var places places
		for item, err := range s.Items {
			var place int64
			if err == nil {
				place, err = kept.add(item)
			}
			if err != nil {
				yield(Item{}, err)
				return
			}
			places.add(place)
		}
		if err := kept.flush(); err != nil {
			yield(Item{}, err)
			return
		}
		for place := range places.shuffled(seed) {
			if item, err := kept.item(place); !yield(item, err) || err != nil {
				return
			}
		}
	}
	return shuffled
}

// ShuffleLines is a source of the items of several regular files in a random order, which is the same for the same
// seed. It reads the files once to find where items begin, which it keeps in 8 bytes each, and each item again as it is
// given. The items do not say which line they stand in. The end of ctx ends the items, as those of [Open].
func ShuffleLines(ctx context.Context, t Text, seed uint64, names ...string) (*Source, error) {
	shuffled := &Source{Name: strings.Join(names, ", "), Count: Unknown}
	var files []*os.File
	var closers closeAll
	for _, name := range names {
		file, err := os.Open(name)
		if err == nil {
			closers = append(closers, file)
			var info os.FileInfo
			if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
				err = fmt.Errorf("%s is no regular file, of which lines could be read in any order", name)
			}
			shuffled.Files = append(shuffled.Files, File{name, info})
		}
		if err != nil {
			_ = closers.Close() // they were only read
			return nil, fmt.Errorf("cannot read the inputs: %w", err)
		}
		files = append(files, file)
	}
	shuffled.closer = closers
	shuffled.Items = func(yield func(Item, error) bool) { shuffleLines(ctx, t, seed, names, files, yield) }
	return shuffled, nil
}

// A place in several files is the number of the file above these bits, and the offset in it.
const offsetBits = 48

func shuffleLines(
	ctx context.Context, t Text, seed uint64, names []string, files []*os.File, yield func(Item, error) bool,
) {
	var places places
	for i, file := range files {
		s := newScanner(t, untilDone{ctx, io.NewSectionReader(file, 0, 1<<offsetBits)}, names[i])
		for {
			line, err := s.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				yield(Item{}, err)
				return
			}
			offset := s.start
			if s.number == 1 && !t.Null && s.end-s.start > int64(len(line)+len("\r\n")) {
				offset += int64(len(byteOrderMark))
			}
			places.add(int64(i)<<offsetBits | offset)
		}
	}
	var reader lineReader
	for place := range places.shuffled(seed) {
		i := place >> offsetBits
		text, err := reader.read(t, files[i], place&(1<<offsetBits-1))
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		} else if err != nil {
			err = fmt.Errorf("cannot read %s a second time: %w", names[i], err)
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		if !yield(Item{Text: text, From: names[i]}, nil) {
			return
		}
	}
}

// lineReader reads the line at an offset of a file.
type lineReader struct{ buffer []byte }

func (r *lineReader) read(t Text, file io.ReaderAt, offset int64) (string, error) {
	if r.buffer == nil {
		r.buffer = make([]byte, 4<<10)
	}
	end := byte('\n')
	if t.Null {
		end = 0
	}
	for have := 0; ; {
		n, err := file.ReadAt(r.buffer[have:], offset+int64(have))
		line := r.buffer[:have+n]
		if i := bytes.IndexByte(line[have:], end); i >= 0 {
			line, err = line[:have+i], io.EOF
		}
		switch {
		case errors.Is(err, io.EOF):
			if !t.Null {
				line = bytes.TrimSuffix(line, []byte("\r"))
			}
			return string(line), nil
		case err != nil:
			return "", err
		}
		have += n
		r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
	}
}

// places are where items are kept, in blocks, so that a list that grows is never copied.
type places struct {
	blocks [][]int64
	count  int
}

const placesInBlock = 1 << 16

func (p *places) add(place int64) {
	if p.count%placesInBlock == 0 {
		p.blocks = append(p.blocks, make([]int64, placesInBlock))
	}
	*p.at(p.count) = place
	p.count++
}

func (p *places) at(i int) *int64 { return &p.blocks[i/placesInBlock][i%placesInBlock] }

// shuffled gives the places in a random order.
func (p *places) shuffled(seed uint64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		random := rand.New(rand.NewPCG(seed, 0))
		for left := p.count; left > 0; left-- {
			chosen, last := p.at(random.IntN(left)), p.at(left-1)
			if *chosen, *last = *last, *chosen; !yield(*last) {
				return
			}
		}
	}
}
