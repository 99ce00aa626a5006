package ignore

import (
	"strings"
	"testing"
)

func BenchmarkFile(b *testing.B) {
	m, err := New(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	r, err := Parse(FileName, []byte(typicalPatterns))
	if err != nil {
		b.Fatal(err)
	}
	root := m.With(r)
	sub, _, _ := root.Dir("src")
	for name, m := range map[string]*Matcher{"no patterns": m, "root": root, "below": sub} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.File("some_source_file.go")
			}
		})
	}
	b.Run("hostile", func(b *testing.B) {
		r, err := Parse(FileName, []byte(strings.Repeat(strings.Repeat("a*", 60)+"b*\n", 400)))
		if err != nil {
			b.Fatal(err)
		}
		m, name := m.With(r), strings.Repeat("a", 255)
		for b.Loop() {
			m.File(name)
		}
	})
}

func BenchmarkDir(b *testing.B) {
	r, err := Parse(FileName, []byte(typicalPatterns))
	if err != nil {
		b.Fatal(err)
	}
	m, err := New(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	root := m.With(r)
	sub, _, _ := root.Dir("src")
	for name, m := range map[string]*Matcher{"root": root, "below": sub} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Dir("internal")
			}
		})
	}
}
