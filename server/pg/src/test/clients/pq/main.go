// Runs statements through lib/pq: go run . PORT < statements.json
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	_ "github.com/lib/pq"
)

func main() {
	var statements []string
	check(json.NewDecoder(os.Stdin).Decode(&statements))
	database, err := sql.Open("postgres", "host=127.0.0.1 user=tester dbname=gatehouse sslmode=disable port="+os.Args[1])
	check(err)
	results := make([]map[string]any, 0, len(statements))
	for _, statement := range statements {
		rows, err := read(database, statement)
		if err != nil {
			results = append(results, map[string]any{"error": err.Error()})
		} else {
			results = append(results, map[string]any{"rows": rows})
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(results))
}

func read(database *sql.DB, statement string) ([][]any, error) {
	rows, err := database.Query(statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	result := [][]any{}
	for rows.Next() {
		values := make([]any, len(columns))
		places := make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		for i := range values {
			values[i] = text(values[i], columns[i].DatabaseTypeName())
		}
		result = append(result, values)
	}
	return result, rows.Err()
}

var layouts = map[string]string{"DATE": "2006-01-02", "TIME": "15:04:05.000000"}

// Numbers as texts, because JSON has no NaN; times as PostgreSQL writes them.
func text(value any, kind string) any {
	switch v := value.(type) {
	case []byte:
		return string(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		layout, found := layouts[kind]
		if !found {
			layout = "2006-01-02 15:04:05.000000"
		}
		return v.Format(layout)
	default:
		return v
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
