package cli

// check refuses flags that make no sense together. lists are those behind the arguments.
func (f *inputFlags) check(lists []list) error {
	inChunks := f.chunk != chunkSize{}
	given := map[string]bool{
		"--null": f.null, "--jsonl": f.jsonLines, "--csv": f.csv, "--colsep": f.given("colsep"), "--comments": f.comments,
		"--text": f.text, "--glob": len(f.glob) > 0, "--from": len(f.from) > 0, "--header": f.header, "--shuf": f.shuffle.is,
		"--max-line": f.given("max-line"), "--record-start": f.recordStart != "", "--record-end": f.recordEnd != "",
		"--chunk": inChunks, "--pipe": f.pipe, ":::": len(lists) > 0,
	}
	clash := func(why, flag string, others ...string) error {
		for _, other := range others {
			if given[flag] && given[other] {
				return usageErrorf("%s and %s cannot be both: %s", flag, other, why)
			}
		}
		return nil
	}
	formats := "each says how an input is read; give one of the two"
	whole := "chunks are bytes as they stand, and no lines are read; leave one of the two out"
	unread := "a pattern gives names, and no file is read; leave one of the two out"
	for _, err := range []error{
		clash(formats, "--jsonl", "--null", "--csv", "--colsep", "--text", "--comments"),
		clash("the fields of JSON have their names; leave --header out", "--jsonl", "--header"),
		clash(formats, "--csv", "--null", "--text"),
		clash(formats, "--text", "--colsep", "--header"),
		clash("what ends with NUL is taken as it is; leave one of the two out", "--null", "--comments"),
		clash(whole, "--chunk", "--null", "--jsonl", "--comments", "--text", "--max-line", "--glob", ":::"),
		clash(whole, "--pipe", "--null", "--jsonl", "--comments", "--text", "--max-line", "--glob", ":::"),
		clash("a pipe cannot be put in another order without all of it; leave --shuf out", "--pipe", "--shuf"),
		clash("--pipe divides standard input; for a file, leave --pipe out", "--pipe", "--from"),
		clash("rows of CSV end as they do; leave one of the two out", "--csv", "--record-start", "--record-end"),
	} {
		if err != nil {
			return err
		}
	}
	if len(f.from) == 0 {
		err := clash(unread, "--glob",
			"--null", "--jsonl", "--csv", "--colsep", "--comments", "--text", "--max-line", "--header")
		if err != nil {
			return err
		}
	}
	switch {
	case (f.recordStart != "" || f.recordEnd != "") && !inChunks && !f.pipe:
		return usageErrorf("--record-start and --record-end say where chunks are cut: add --chunk or --pipe")
	case (inChunks || f.pipe) && f.given("colsep") && !f.csv:
		return usageErrorf("--colsep divides lines, and chunks are bytes as they stand: leave it out, or add --csv")
	case f.ship && !inChunks:
		return usageErrorf("--ship sends the bytes of the chunks of a file: add --chunk, or leave it out")
	case f.ship && f.pipe:
		return usageErrorf("the bytes of --pipe are always sent along: leave --ship out")
	case f.chunk.each > 0 && f.pipe:
		return usageErrorf("how much comes through a pipe is not known before its end: give --chunk a size, such as 16MiB")
	case f.longest > 1<<30:
		return usageErrorf("--max-line %s is more than a line can have: give at most 1GiB", &f.longest)
	case f.given("max-line") && f.longest == 0:
		return usageErrorf("--max-line 0B leaves no room for a line: give a size such as 64MiB")
	}
	return nil
}
