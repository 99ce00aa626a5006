package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"backup_projeto/tools/bench/internal/report"
)

// publish writes the table, the JSON file and a picture of each set into a folder.
func publish(r *report.Results, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string]func(w io.Writer) error{"results.md": r.WriteMarkdown, "results.json": r.WriteJSON}
	for _, s := range r.Sets {
		files["time-"+s.Name+".svg"] = func(w io.Writer) error { return r.WritePicture(w, s.Name) }
	}
	for name, write := range files {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
