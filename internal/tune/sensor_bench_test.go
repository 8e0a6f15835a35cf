package tune

import "testing"

// What a reading costs: the parts of it that are read rarely, too.
func BenchmarkMeasure(b *testing.B) {
	s := NewSensor()
	var r Reading
	for b.Loop() {
		s.Measure(&r)
	}
}

func BenchmarkMemoryLimit(b *testing.B) {
	for b.Loop() {
		memoryLimit(1 << 20)
	}
}

func BenchmarkMachineTime(b *testing.B) {
	for b.Loop() {
		readMachineTime()
	}
}
