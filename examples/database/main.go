// Database calls: each is one query with a context, and a limit that all jobs share keeps them within the connections
// that there are. It is a module of its own, for the database. With arguments it is a command:
//
//	go run . compare orders 1..500
//
// Compare says of this database, which is in memory, that the calls are mixed (61 % of their time on a CPU), that loop,
// pool, sync, async and processes tie, and that all 500 at once under threads take seven times the CPU time.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"sync"
	"time"

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/process"
	_ "modernc.org/sqlite"
)

const (
	connections = 4
	customers   = 500
)

// database is opened by the first call, in each process that makes calls.
var database = sync.OnceValues(func() (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:orders?mode=memory&cache=shared")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // or the database in memory would go with the last
	_, err = db.Exec(`create table orders (customer integer, cents integer);
		create index by_customer on orders (customer);
		with recursive n (i) as (select 0 union all select i + 1 from n where i < 9999)
		insert into orders select i % 500 + 1, i from n`)
	return db, err
})

// Sum is what a customer has ordered.
type Sum struct{ Orders, Cents int }

var orders = overlap.Define("orders", func(ctx context.Context, customer int) (sum Sum, err error) {
	db, err := database()
	if err != nil {
		return Sum{}, err
	}
	err = db.QueryRowContext(ctx, "select count(*), coalesce(sum(cents), 0) from orders where customer = ?", customer).
		Scan(&sum.Orders, &sum.Cents)
	return sum, err
}, overlap.Timeout(10*time.Second), overlap.Retry(2), overlap.Idempotent())

func main() {
	process.Main() // for compare, which tries worker processes as well
	if len(os.Args) > 1 {
		cli.Main(orders)
		return
	}
	sumUp()
}

func sumUp() {
	ids := make([]int, customers)
	for i := range ids {
		ids[i] = i + 1
	}
	// As many calls as connections: more would wait for one while they hold a slot, and their Timeout would run.
	queries := overlap.Pool(connections)
	sums, err := overlap.Map(context.Background(), queries, orders, ids)
	total := 0
	for _, sum := range sums {
		total += sum.Cents
	}
	fmt.Println(sums[0], total, err)
}
