package durable

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"example.com/overlap"
)

var quick = overlap.Define("quick", tripledTask)

// partialOf makes the partial file of a run that was left with some results missing.
func partialOf(t *testing.T, file File, inputs, results int) []byte {
	t.Helper()
	for range Stream(t.Context(), overlap.Sync(), quick, upTo(inputs), file) {
		if results--; results == 0 {
			break
		}
	}
	text, err := os.ReadFile(file.Name + partialSuffix)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// resumed continues what stands in a partial file, and says what is wrong with the finished one.
func resumed(file File, partial []byte, inputs int) error {
	if err := os.WriteFile(file.Name+partialSuffix, partial, 0o666); err != nil {
		return err
	}
	_ = os.Remove(file.Name)
	if err := run(file, quick, inputs); err != nil {
		return err
	}
	return checkTripled(file, inputs)
}

// garbage is what a crash of a machine may leave, or a careless editor.
func garbage(random *rand.Rand) []byte {
	junk := make([]byte, random.IntN(3000))
	for i := range junk {
		junk[i] = byte(random.Uint32())
	}
	line := []byte(`{"index":3,"input":3,"value":9,"outcome":"succeeded","attempts":1,"seconds":0,"worker":0}` + "\n")
	all := [][]byte{nil, junk, make([]byte, random.IntN(9000)), []byte("\n\n{}\n"), line, line[:random.IntN(len(line))]}
	return all[random.IntN(len(all))]
}

// A partial file may end at any byte, and anything may follow.
func TestTheFileIsCutAtEachByte(t *testing.T) {
	const inputs, results = 12, 8
	for _, ordered := range []bool{false, true} {
		file := fileIn(inMemory(t))
		file.Ordered = ordered
		partial := partialOf(t, file, inputs, results)
		random := rand.New(rand.NewPCG(1, 2))
		step := times(19, 1)
		for cut := random.IntN(step); cut <= len(partial); cut += step {
			if err := resumed(file, append(bytes.Clone(partial[:cut]), garbage(random)...), inputs); err != nil {
				if isAboutTheBeginning(cut, partial, err) {
					continue
				}
				t.Fatalf("cut at byte %d of %d: %v", cut, len(partial), err)
			}
		}
	}
}

// isAboutTheBeginning reports whether a file was cut so early that what follows makes it nobody's, or may have been
// results of some job.
func isAboutTheBeginning(cut int, partial []byte, err error) bool {
	if errors.Is(err, ErrUnreadable) {
		return cut < holderLength+bytes.IndexByte(partial[holderLength:], '\n')+1
	}
	return cut < len(partialStart) && bytes.HasPrefix(partial, []byte(partialStart))
}

// What may have had results is not taken for nothing because no line of it can be read.
func TestNothingIsDeletedThatCannotBeRead(t *testing.T) {
	file := fileIn(inMemory(t))
	partial := partialOf(t, file, 12, 8)
	heading := bytes.SplitAfter(partial, []byte("\n"))[1]
	for name, damaged := range map[string][]byte{
		"other line ends":  bytes.ReplaceAll(partial, []byte("\n"), []byte("\r\n")),
		"no line ends":     bytes.ReplaceAll(bytes.Repeat(partial, 1000), []byte("\n"), nil),
		"other spaces":     bytes.ReplaceAll(partial, []byte(`":`), []byte(`": `)),
		"only the heading": bytes.Replace(partial[:holderLength+len(heading)], []byte("durable"), []byte("durably"), 1),
	} {
		t.Run(name, func(t *testing.T) {
			for _, dry := range []bool{true, false} {
				file.DryRun = dry
				if err := resumed(file, damaged, 12); !errors.Is(err, ErrUnreadable) && !dry {
					t.Errorf("the error is %v, want %v", err, ErrUnreadable)
				}
				if left, err := os.ReadFile(file.Name + partialSuffix); err != nil || !bytes.Equal(left, damaged) {
					t.Errorf("what was there has been changed: %v", err)
				}
			}
		})
	}
	file.DryRun, file.Fresh = false, true
	if err := resumed(file, bytes.ReplaceAll(partial, []byte("\n"), []byte("\r\n")), 12); err != nil {
		t.Errorf("thrown away: %v", err)
	}
}

func TestALargeFileIsCutAndDamaged(t *testing.T) {
	inputs := times(1000, 20_000)
	for _, ordered := range []bool{false, true} {
		file := fileIn(inMemory(t))
		file.Ordered = ordered
		partial := partialOf(t, file, inputs, inputs*9/10)
		seed := uint64(time.Now().UnixNano())
		random := rand.New(rand.NewPCG(seed, 0))
		for range times(4, 1000) {
			cut := holderLength + random.IntN(len(partial)-holderLength)
			damaged := append(bytes.Clone(partial[:cut]), garbage(random)...)
			for range random.IntN(4) { // and somewhere within, but not where it is said of what job the results are
				at := 1000 + random.IntN(len(damaged))
				if n := random.IntN(500); at+n < len(damaged) {
					clear(damaged[at : at+n])
				}
			}
			if err := resumed(file, damaged, inputs); err != nil && !isAboutTheBeginning(cut, partial, err) {
				t.Fatalf("seed %d, cut at byte %d of %d: %v", seed, cut, len(partial), err)
			}
		}
	}
}

// FuzzScan: what is read are lines that were written, and all of them but for those that are damaged.
func FuzzScan(f *testing.F) {
	f.Add([]byte("junk"), uint8(16))
	f.Add([]byte("{\"index\":1,\"check\":\"\n"), uint8(200))
	f.Add(make([]byte, 300), uint8(90))
	f.Fuzz(func(t *testing.T, junk []byte, buffer uint8) {
		var text []byte
		var ends []int64
		add := func(index int) {
			object := append(appendIndex(nil, index), fmt.Sprintf(`,"value":%q}`, bytes.Repeat([]byte{'x'}, 40*index))...)
			text = appendLine(text, object, hash('t', object), succeeded)
			ends = append(ends, int64(len(text)))
		}
		for i := range 5 {
			add(i)
		}
		text = append(append(text, junk...), '\n')
		for i := range 5 {
			add(5 + i)
		}
		var want []line
		from := int64(0)
		for i, end := range ends {
			if i == 5 {
				from += int64(len(junk)) + 1
			}
			want = append(want, line{offset: from, size: end - from, kind: succeeded, index: i})
			from = end
		}
		// As long as it holds a trailer, any buffer does.
		lines := newScannerOf(bytes.NewReader(text), 0, int64(len(text)), trailerLength+int(buffer))
		for {
			var l line
			more, err := lines.next(&l)
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
			if len(want) > 0 && l.offset == want[0].offset {
				l.key = key{}
				if l != want[0] {
					t.Fatalf("got %+v, want %+v", l, want[0])
				}
				want = want[1:]
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d lines are not found, the first is %+v", len(want), want[0])
		}
	})
}
