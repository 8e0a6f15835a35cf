package source

import "errors"

// braces are the patterns that one with texts in braces stands for: a{b,c{d,e}} is ab, acd and ace. Braces without a
// comma stand for themselves, as in a shell.
func braces(pattern string) ([]string, error) {
	const most = 1024
	open, depth, commas := -1, 0, []int(nil)
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '{':
			if depth++; depth == 1 {
				open, commas = i, nil
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '}':
			if depth--; depth < 0 {
				depth = 0
			} else if depth == 0 && len(commas) > 0 {
				return expand(pattern, open, append(commas, i), most)
			}
		}
	}
	return []string{pattern}, nil
}

// expand puts each text between the brace at open and the last of ends into the pattern.
func expand(pattern string, open int, ends []int, most int) (all []string, err error) {
	before, after := pattern[:open], pattern[ends[len(ends)-1]+1:]
	from := open + 1
	for _, end := range ends {
		more, err := braces(before + pattern[from:end] + after)
		if all = append(all, more...); err != nil {
			return nil, err
		}
		if len(all) > most {
			return nil, errors.New("its braces stand for too many patterns")
		}
		from = end + 1
	}
	return all, nil
}
