package figures

import "testing"

func TestFigures(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Seconds(16.34), "16.3 s"}, {Seconds(0.9999), "1.00 s"}, {Seconds(0.99949), "999 ms"},
		{Seconds(0.0001234), "123 us"},
		{Seconds(5e-7), "500 ns"}, {Seconds(0), "0 ns"}, {Seconds(9.999), "10.0 s"}, {Seconds(99.96), "100 s"},
		{Seconds(1234), "20m34s"}, {Seconds(599), "599 s"}, {Bytes(9_500_000), "9.50 MB"}, {Bytes(999), "0.999 kB"},
		{Bytes(2_000_000_000), "2.00 GB"},
		{Percent(0), "0 %"}, {Percent(1), "100 %"}, {Percent(0.0031), "0.3 %"}, {Percent(0.00001), "less than 0.1 %"},
		{List(nil), ""}, {List([]string{"a"}), "a"}, {List([]string{"a", "b"}), "a and b"},
		{List([]string{"a", "b", "c"}), "a, b and c"},
		{Count(1, "run"), "1 run"}, {Count(2, "run"), "2 runs"}, {Count(int64(-1234567), "run"), "-1,234,567 runs"},
		{Counted(1, "is", "are"), "1 is"}, {Counted(1000, "is", "are"), "1,000 are"}, {Grouped(999), "999"},
		{BinarySize(10 << 20), "10 MiB"}, {BinarySize(1024), "1 KiB"}, {BinarySize(1500), "1500 bytes"},
		{DigitsUpTo(0.00071, 2), "0.00"}, {Digits(-0.5), "-0.500"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
