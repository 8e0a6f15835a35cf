package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// prepare makes the files that the contests need, in a folder.
func prepare(s sizes, folder string, chosen []contest) (place, error) {
	program, err := os.Executable()
	if err != nil {
		return place{}, err
	}
	p := place{sizes: s, program: program, folder: folder, big: filepath.Join(folder, "big")}
	for _, c := range chosen {
		switch {
		case c.read != nil && p.lines == 0:
			err = p.makeBig()
		case c.name == "hash" || c.name == "compress":
			err = p.makeFiles()
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// makeBig makes the file that is divided, of lines of 1 to 80 bytes.
func (p *place) makeBig() error {
	file, err := os.Create(p.big)
	if err != nil {
		return err
	}
	to := bufio.NewWriterSize(file, 1<<20)
	text := strings.Repeat("abcdefghij", 8)
	for written := int64(0); written < p.bytes; p.lines++ {
		n, err := fmt.Fprintln(to, text[:p.lines*37%80])
		if err != nil {
			return err
		}
		written += int64(n)
	}
	if err := to.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// makeFiles makes the files that are hashed, of 4 to 64 KB.
func (p *place) makeFiles() error {
	var content strings.Builder
	for i := 0; content.Len() < 64<<10; i++ {
		fmt.Fprintln(&content, i*i)
	}
	for i := range p.files {
		if err := os.WriteFile(p.name(i), []byte(content.String()[:4<<10+i*4099%(60<<10)]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) name(i int) string { return filepath.Join(p.folder, fmt.Sprintf("file%d", i)) }

// names are the first n of these files, one a line.
func (p *place) names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, p.name(i))
	}
	return b.String()
}
