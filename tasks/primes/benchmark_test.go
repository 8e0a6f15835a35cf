package primes

import (
	"fmt"
	"testing"
)

// BenchmarkArticle makes, on one goroutine, the 15,000 lists for n from 1,000 to 15,999: an op is all of them.
func BenchmarkArticle(b *testing.B) {
	b.ReportAllocs()
	listed := 0
	for b.Loop() {
		listed = 0
		for n := int64(1_000); n < 16_000; n++ {
			found, err := UpTo(b.Context(), n)
			if err != nil {
				b.Fatal(err)
			}
			listed += len(found.List)
		}
	}
	b.ReportMetric(float64(listed), "primes/op")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/op")
}

func BenchmarkUpTo(b *testing.B) {
	for _, n := range []int64{1_000_000, 100_000_000, 1_000_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := UpTo(b.Context(), n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
