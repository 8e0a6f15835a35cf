package compare

import (
	"fmt"

	"example.com/overlap/internal/figures"
)

// whyEngine says what a cluster takes more than worker processes without one, and what that goes to: its calls are made by
// processes of the same kind, so what differs is the way there and back.
func (j *JobReport) whyEngine() string {
	const alike = 1.05
	cluster, processes := j.strategy("cluster"), j.strategy("processes")
	if cluster == nil || processes == nil || !cluster.worked() || !processes.worked() ||
		cluster.MedianSeconds == nil || processes.MedianSeconds == nil || *processes.MedianSeconds <= 0 || j.Calls == 0 {
		return ""
	}
	ratio := *cluster.MedianSeconds / *processes.MedianSeconds
	if ratio < alike {
		return "cluster took about as long as processes or less: the way of these calls through its engine costs nothing that shows."
	}
	text := fmt.Sprintf("cluster took %s as long as processes, %s a call more. Its calls are made by processes of the same kind; "+
		"the rest is the way through its engine: each call is put into the queue, taken by a worker, and its answer sent back",
		times(ratio), figures.Seconds((*cluster.MedianSeconds-*processes.MedianSeconds)/float64(j.Calls)))
	if cluster.CPUSeconds != nil && processes.CPUSeconds != nil && *cluster.CPUSeconds > *processes.CPUSeconds {
		text += fmt.Sprintf(", which used %s of CPU time a call",
			figures.Seconds((*cluster.CPUSeconds-*processes.CPUSeconds)/float64(j.Calls)))
	}
	return text + "."
}
