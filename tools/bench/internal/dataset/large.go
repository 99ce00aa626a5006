package dataset

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sizes say how large set (c) is.
type sizes struct {
	media int64 // bytes that do not compress
	logs  int64 // bytes that do
	rows  int   // of the database; about rowSize bytes each with their share of the index
}

const rowSize = 330

func sizesOf(quick bool) sizes {
	if quick {
		return sizes{32 << 20, 32 << 20, 64 << 20 / rowSize}
	}
	return sizes{512 << 20, 512 << 20, 1 << 30 / rowSize}
}

func (s sizes) recipe() string { return fmt.Sprint("large 1 ", s) }

// Files of set (c). Media and logs are cut in parts, as such things are.
const (
	database = "app.db"
	parts    = 4
)

// make writes the media, the logs and the database.
func (s sizes) make(ctx context.Context, dir string) error {
	for i := range parts {
		name := filepath.Join(dir, fmt.Sprintf("media-%d.bin", i))
		err := write(name, func(w *bufio.Writer) error {
			_, err := io.CopyN(w, rand.NewChaCha8(seedOf(uint64(i))), s.media/parts)
			return err
		})
		if err != nil {
			return err
		}
		name = filepath.Join(dir, fmt.Sprintf("service-%d.log", i))
		if err := write(name, func(w *bufio.Writer) error { return writeLog(w, uint64(i), s.logs/parts) }); err != nil {
			return err
		}
	}
	return s.sql(ctx, dir, s.fill)
}

// edit changes a hundredth of the database's rows, spread at random as users are; the other files stay.
func (s sizes) edit(ctx context.Context, dir string, step int) error {
	return s.sql(ctx, dir, func(w io.Writer) error {
		r := rand.New(rand.NewPCG(uint64(step), 4))
		fmt.Fprintln(w, "BEGIN;")
		for range s.rows / 100 {
			fmt.Fprintf(w, "UPDATE orders SET updated=%d, body='%s' WHERE id=%d;\n", r.IntN(1<<30), body(r), 1+r.IntN(s.rows))
		}
		_, err := fmt.Fprintln(w, "COMMIT;")
		return err
	})
}

// fill writes the statements that make the database.
func (s sizes) fill(w io.Writer) error {
	r := rand.New(rand.NewPCG(1, 3))
	fmt.Fprintln(w, "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
	fmt.Fprintln(w, "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, updated INTEGER, body TEXT);")
	fmt.Fprintln(w, "BEGIN;")
	const together = 500
	for id := 1; id <= s.rows; id++ {
		if id%together == 1 {
			fmt.Fprint(w, "INSERT INTO orders VALUES ")
		}
		end := ","
		if id%together == 0 || id == s.rows {
			end = ";\n"
		}
		fmt.Fprintf(w, "(%d,'%s',%d,'%s')%s", id, person(r), r.IntN(1<<30), body(r), end)
	}
	_, err := fmt.Fprintln(w, "COMMIT; CREATE INDEX by_time ON orders (updated);")
	return err
}

// sql passes statements to the database's own program.
func (s sizes) sql(ctx context.Context, dir string, statements func(w io.Writer) error) error {
	cmd := exec.CommandContext(ctx, "sqlite3", "-batch", "-bail", filepath.Join(dir, database))
	var words strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &words
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	w := bufio.NewWriterSize(in, 1<<16)
	err = statements(w)
	if flushErr := w.Flush(); err == nil {
		err = flushErr
	}
	in.Close()
	if waitErr := cmd.Wait(); waitErr != nil {
		return fmt.Errorf("sqlite3: %w\n%s", waitErr, words.String())
	}
	return err
}

// words are what made-up text is made of.
var words = strings.Fields("ana bruno carla diego elisa fabio gloria hugo iris joao karen lucas maria nelson olga pedro rosa sergio tania vitor " +
	"silva souza costa santos oliveira pereira lima gomes ribeiro almeida")

func word(r *rand.Rand) string { return words[r.IntN(len(words))] }

func person(r *rand.Rand) string {
	first, last := word(r), word(r)
	return fmt.Sprintf("%s.%s%d@example.org", first, last, r.IntN(1000))
}

// body is a document as programs keep them: names that repeat, numbers and tokens that do not.
func body(r *rand.Rand) string {
	return fmt.Sprintf(`{"status":"%s","total":%d,"items":[{"sku":"%08x","amount":%d,"note":"%s %s"},{"sku":"%08x","amount":%d,"note":"%s"}],`+
		`"address":{"street":"%s %s","number":%d,"city":"%s"},"token":"%016x%016x%016x"}`,
		word(r), r.IntN(1e6), r.Uint32(), r.IntN(100), word(r), word(r), r.Uint32(), r.IntN(100), word(r), word(r), word(r), r.IntN(3000),
		word(r), r.Uint64(), r.Uint64(), r.Uint64())
}

// writeLog writes a log of about n bytes.
func writeLog(w io.Writer, seed uint64, n int64) error {
	r := rand.New(rand.NewPCG(seed, 5))
	second := 0
	for written := int64(0); written < n; {
		second += r.IntN(3)
		k, err := fmt.Fprintf(w, "2025-03-%02dT%02d:%02d:%02dZ INFO orders request=%016x method=GET path=/v1/customers/%d/orders status=%d took=%dms user=%s\n",
			1+second/86400%28, second/3600%24, second/60%60, second%60, r.Uint64(), r.IntN(1e5), 200+r.IntN(3)*100, r.IntN(500), person(r))
		if err != nil {
			return err
		}
		written += int64(k)
	}
	return nil
}

// write makes a file.
func write(name string, fill func(w *bufio.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func seedOf(n uint64) (seed [32]byte) {
	for i := range 8 {
		seed[i] = byte(n >> (8 * i))
	}
	return seed
}
