//go:build race

package overlaptest

const raceDetector = true
