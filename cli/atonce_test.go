package cli

import "testing"

func TestParseAtOnce(t *testing.T) {
	const cores = 8
	for text, want := range map[string]int{ // 0 where it is refused
		"1": 1, "64": 64, "4294967295": unlimited, "4294967296": 0, "99999999999999999999": 0,
		"0": unlimited, "100%": 8, "50%": 4, "150%": 12, "1%": 1, "0%": 0, "%": 0, "4294967295%": 343597383,
		"+2": 10, "+0": 8, "-2": 6, "-8": 1, "-4294967295": 1, "+4294967295": unlimited,
		"": 0, "x": 0, "+": 0, "-": 0, "--1": 0, "+-1": 0, "-50%": 0, "1.5": 0, " 1": 0, "NaN": 0,
	} {
		got, err := parseAtOnce(text, cores)
		if got != want || err != nil != (want == 0) {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
}

// What is read is a number that every executor takes.
func FuzzParseAtOnce(f *testing.F) {
	for _, seed := range []string{"1", "0", "50%", "+3", "-3", "99999999999", "%", "+%"} {
		f.Add(seed, 4)
	}
	f.Fuzz(func(t *testing.T, text string, cores int) {
		if cores < 1 || cores > 1<<20 {
			return
		}
		if n, err := parseAtOnce(text, cores); err == nil && (n < 1 || n > unlimited) {
			t.Errorf("%q on %d cores: %d", text, cores, n)
		}
	})
}
