package traceevents

import (
	"container/heap"
	"time"
)

// Rows gives spans rows in which they do not overlap: in whatever order they come, with few rows if they come by their
// starts or by their ends.
type Rows struct{ ends rowHeap }

// Take gives a span its row, from 1.
func (r *Rows) Take(start, end time.Duration) int {
	if len(r.ends) > 0 && r.ends[0].end <= start {
		r.ends[0].end = end
		row := r.ends[0].row
		heap.Fix(&r.ends, 0)
		return row
	}
	heap.Push(&r.ends, rowEnd{len(r.ends) + 1, end})
	return len(r.ends)
}

type rowEnd struct {
	row int
	end time.Duration // of its last span
}

// rowHeap has the row that ends first at 0.
type rowHeap []rowEnd

func (h rowHeap) Len() int           { return len(h) }
func (h rowHeap) Less(i, j int) bool { return h[i].end < h[j].end }
func (h rowHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *rowHeap) Push(e any)        { *h = append(*h, e.(rowEnd)) }
func (h *rowHeap) Pop() any {
	last := len(*h) - 1
	popped := (*h)[last]
	*h = (*h)[:last]
	return popped
}
