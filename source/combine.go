package source

import (
	"fmt"
	"io"
	"iter"
	"strings"
)

// List is one of the sources that [Combine] combines.
type List struct {
	*Source
	// Linked has the list give its next item whenever the one before it does, instead of all its items to each of
	// that one's. The shorter of the two ends both.
	Linked bool
	// Header takes the first item of the list for the name of its column.
	Header bool
}

// Combine is the source of all combinations of the items of several lists: each item of the first with each of the
// second, and so on; the last varies fastest. Each combination is a [Row] of the items' texts. A list of rows gives
// all their fields; one list alone, without a header, gives its items as they are. The columns have names where all of
// them do.
//
// The first list, and those that are linked to it, are read as they are needed, and the others held in memory. Closing
// the source closes the lists.
func Combine(lists ...List) (*Source, error) {
	switch {
	case len(lists) == 0:
		return nil, fmt.Errorf("there is nothing to combine")
	case lists[0].Linked:
		return nil, fmt.Errorf("the first list is linked to the one before it, and there is none")
	case len(lists) == 1 && !lists[0].Header:
		return lists[0].Source, nil
	}
	var names []string
	var closers closeAll
	combined := &Source{Count: 1}
	for _, l := range lists {
		names = append(names, l.Name)
		closers = append(closers, l.Source)
		combined.Files = append(combined.Files, l.Files...)
	}
	combined.Name, combined.closer = strings.Join(names, ", "), closers
	combined.Count = countCombined(lists)
	combined.Items = func(yield func(Item, error) bool) { combine(lists, yield) }
	return combined, nil
}

type closeAll []io.Closer

func (all closeAll) Close() (err error) {
	for _, c := range all {
		if failure := c.Close(); err == nil {
			err = failure
		}
	}
	return err
}

// countCombined is how many combinations there are, where all lists know how many items they have.
func countCombined(lists []List) int64 {
	total, group := int64(1), int64(0)
	for i, l := range lists {
		n := l.Count
		if n == Unknown {
			return Unknown
		}
		if l.Header {
			n = max(0, n-1)
		}
		if l.Linked {
			group = min(group, n)
		} else {
			if i > 0 {
				total = times(total, group)
			}
			group = n
		}
	}
	return times(total, group)
}

// times multiplies numbers of items, up to the largest.
func times(a, b int64) int64 {
	const most = 1<<63 - 1
	if b > 0 && a > most/b {
		return most
	}
	return a * b
}

// group is a list with those that are linked to it, of which each item is a row.
type group struct {
	columns []string // nil where one has no name
	rows    iter.Seq2[[]string, error]
	held    [][]string // all rows, but for the first group
}

func combine(lists []List, yield func(Item, error) bool) {
	var stops []func()
	defer func() {
		for _, stop := range stops {
			stop()
		}
	}()
	var groups []*group
	columns, named := []string(nil), true
	for len(lists) > 0 {
		n := 1
		for n < len(lists) && lists[n].Linked {
			n++
		}
		g, stop, err := link(lists[:n])
		stops = append(stops, stop)
		if err == nil && len(groups) > 0 {
			err = g.hold()
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		if len(groups) > 0 && len(g.held) == 0 {
			return // there is no combination, however long the first list is
		}
		named = named && g.columns != nil
		columns, groups, lists = append(columns, g.columns...), append(groups, g), lists[n:]
	}
	if !named {
		columns = nil
	}
	fields := make([]string, 0, 8)
	var each func(rest []*group) bool
	each = func(rest []*group) bool {
		if len(rest) == 0 {
			row := Row{Columns: columns, Fields: append([]string(nil), fields...)}
			if columns != nil && len(columns) != len(fields) {
				yield(Item{}, fmt.Errorf("the row %s has %s, and the header %d",
					quote(row.String()), count(len(fields), "field"), len(columns)))
				return false
			}
			return yield(Item{Value: row}, nil)
		}
		before := len(fields)
		for _, row := range rest[0].held {
			fields = append(fields[:before], row...)
			if !each(rest[1:]) {
				return false
			}
		}
		return true
	}
	for row, err := range groups[0].rows {
		if err != nil {
			yield(Item{}, err)
			return
		}
		if fields = append(fields[:0], row...); !each(groups[1:]) {
			return
		}
	}
}

// link makes a group of a list and of those that are linked to it. stop ends the reading of the lists.
func link(lists []List) (g *group, stop func(), err error) {
	var nexts []func() (Item, error, bool)
	var stops []func()
	stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	g = &group{}
	if len(lists) == 1 && !lists[0].Header {
		g.rows = fieldsOfAll(lists[0].Items)
		return g, stop, nil
	}
	named := true
	for _, l := range lists {
		next, stopOne := iter.Pull2(l.Items)
		nexts, stops = append(nexts, next), append(stops, stopOne)
		if !l.Header {
			named = false
			continue
		}
		item, err, ok := next()
		if err != nil {
			return g, stop, err
		}
		if !ok {
			return g, stop, fmt.Errorf("there is no header in %s: its first item is the name of the column", l.Name)
		}
		g.columns = append(g.columns, fieldsOf(item)...)
	}
	if !named {
		g.columns = nil
	}
	g.rows = func(yield func([]string, error) bool) {
		for {
			var row []string
			for _, next := range nexts {
				item, err, ok := next()
				if err != nil {
					yield(nil, err)
				}
				if err != nil || !ok {
					return
				}
				row = append(row, fieldsOf(item)...)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return g, stop, nil
}

// hold reads all rows.
func (g *group) hold() error {
	for row, err := range g.rows {
		if err != nil {
			return err
		}
		g.held = append(g.held, row)
	}
	return nil
}

func fieldsOfAll(items iter.Seq2[Item, error]) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for item, err := range items {
			if !yield(fieldsOf(item), err) || err != nil {
				return
			}
		}
	}
}

func fieldsOf(item Item) []string {
	if row, ok := item.Row(); ok {
		return row.Fields
	}
	return []string{item.Plain()}
}
