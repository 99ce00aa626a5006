package cli

import (
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/cli/term"
	"backup_projeto/internal/i18n"
)

func TestProgressLine(t *testing.T) {
	r := reading{files: 1234, bytes: 5_600_000, totalFiles: 20_000, totalBytes: 105_600_000, current: "src/\x1b[2Jmain.go", rate: 10_000_000}
	for _, c := range []struct {
		lang    i18n.Lang
		columns int
		want    string
	}{
		{i18n.English, 0, "1,234 of 20,000 files  5.6 MB of 106 MB  10.0 MB/s  10 s left"},
		{i18n.English, 100, `1,234 of 20,000 files  5.6 MB of 106 MB  10.0 MB/s  10 s left  src/\x1b[2Jmain.go`},
		{i18n.Portuguese, 0, "1.234 de 20.000 arquivos  5,6 MB de 106 MB  10,0 MB/s  faltam 10 s"},
	} {
		if got := progressLine(i18n.For(c.lang), r, c.columns); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
	for columns := 1; columns < 120; columns++ {
		if got := progressLine(i18n.For(i18n.English), r, columns); term.Width(got) >= columns && columns > 1 || strings.Contains(got, "\x1b") {
			t.Errorf("%d columns: %q", columns, got)
		}
	}
	if got := progressLine(i18n.For(i18n.English), reading{files: 1, bytes: 12}, 0); got != "1 file  12 B" {
		t.Errorf("got %q", got)
	}
}

func TestSpeed(t *testing.T) {
	var s speed
	if got := s.add(0, 0); got != 0 {
		t.Errorf("the first reading gives %v", got)
	}
	for i := 1; i <= 100; i++ {
		want := 1000.0
		if got := s.add(time.Duration(i)*time.Second, int64(1000*i)); got != want {
			t.Errorf("reading %d gives %v", i, got)
		}
	}
	if len(s.times) > rateOver {
		t.Errorf("%d readings are kept", len(s.times))
	}
}
