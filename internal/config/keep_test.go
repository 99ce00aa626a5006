package config

import (
	"slices"
	"strings"
	"testing"
)

func TestSpan(t *testing.T) {
	for s, want := range map[string]Span{"0": {}, "30d": {Days: 30}, "8w": {Days: 56}, "8s": {Days: 56}, "6m": {Months: 6}, "1y6m": {Years: 1, Months: 6},
		"1a 6M": {Years: 1, Months: 6}, "12h": {Hours: 12}, "0d": {}} {
		if got, err := ParseSpan(s); err != nil || got != want {
			t.Errorf("ParseSpan(%q) = %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", " ", "30", "d", "-1d", "1.5d", "1x", "d1", "999999999d", "99999999999999999999d"} {
		if got, err := ParseSpan(s); err == nil {
			t.Errorf("ParseSpan(%q) = %+v", s, got)
		}
	}
}

func TestKeep(t *testing.T) {
	c, problems := resolve(t, Retaining|Output)
	want := Keep{Last: 3, Hourly: 24, Daily: 14, Weekly: 8, Monthly: 12, Yearly: 3, Safety: Span{Days: 14}}
	if problems != nil || !same(c.Keep, want) {
		t.Errorf("%+v, %v", c.Keep, problems)
	}
	c, problems = resolve(t, Retaining|Output, "--manter-diarios=30", "BACKUP_PROJETO_KEEP_HOURLY=0", "--keep-within=1y", "--manter-etiqueta=v1", "--keep-tag=v2",
		"BACKUP_PROJETO_MANTER_SEGURANCA=2s")
	want.Daily, want.Hourly, want.Within, want.Tags, want.Safety = 30, 0, Span{Years: 1}, []string{"v1", "v2"}, Span{Days: 14}
	if problems != nil || !same(c.Keep, want) {
		t.Errorf("%+v, %v", c.Keep, problems)
	}
	_, problems = resolve(t, Retaining|Output, "--keep-daily=-1", "--keep-within=soon")
	if !slices.Equal(problems, []string{"value-range --keep-daily", "value-age --keep-within"}) {
		t.Error(problems)
	}
}

func same(a, b Keep) bool {
	ok := slices.Equal(a.Tags, b.Tags)
	a.Tags, b.Tags = nil, nil
	return ok && a.Last == b.Last && a.Hourly == b.Hourly && a.Daily == b.Daily && a.Weekly == b.Weekly && a.Monthly == b.Monthly &&
		a.Yearly == b.Yearly && a.Within == b.Within && a.Safety == b.Safety
}

// TestNothingKept: a policy that keeps nothing is refused where it would be used.
func TestNothingKept(t *testing.T) {
	none := []string{"--keep-last=0", "--keep-hourly=0", "--keep-daily=0", "--keep-weekly=0", "--keep-monthly=0", "--keep-yearly=0"}
	for _, c := range []struct {
		scopes Scope
		more   string
		want   []string
	}{
		{Retaining, "--keep-safety=1y", []string{"policy-empty "}},
		{Retaining, "--keep-tag=v1", nil},
		{Retaining, "--keep-within=1d", nil},
		{Retaining | Saving, "--retain=off", []string{"flag-needs --keep-last", "flag-needs --keep-hourly", "flag-needs --keep-daily", "flag-needs --keep-weekly",
			"flag-needs --keep-monthly", "flag-needs --keep-yearly"}},
		{Retaining | Saving, "--reter=AUTO", []string{"policy-empty "}},
		{Retaining | Saving, "--reter=aut", []string{"value-choice --reter"}},
	} {
		if _, problems := resolve(t, c.scopes, append(none, c.more)...); !slices.Equal(problems, c.want) {
			t.Errorf("%s: %v, want %v", c.more, problems, c.want)
		}
	}
	if c, problems := resolve(t, Saving, "BACKUP_PROJETO_RETER=auto"); problems != nil || !c.Retain {
		t.Errorf("%v, %v", c.Retain, problems)
	}
}

// TestKeepWithBackup: a backup takes what is to be kept where it retains; a restore never does. What a variable says is for who needs it.
func TestKeepWithBackup(t *testing.T) {
	const contract = Retaining | Saving | Switch | Writing | Picking
	for given, want := range map[string][]string{
		"--retain=auto":                  nil,
		"--reter=AUTO":                   nil,
		"BACKUP_PROJETO_RETAIN=auto":     nil,
		"--retain=off":                   {"flag-needs --manter-ultimos"},
		"BACKUP_PROJETO_KEEP_DAILY=2":    {"flag-needs --manter-ultimos"},
		"--retain=auto --restore --to=x": {"flags-conflict --retain", "flags-conflict --manter-ultimos"},
	} {
		c, problems := resolve(t, contract, append(strings.Fields(given), "--manter-ultimos=7")...)
		if !slices.Equal(problems, want) || want == nil && (c.Keep.Last != 7 || !c.Retain) {
			t.Errorf("%s: %v, want %v; %+v", given, problems, want, c.Keep)
		}
	}
	if c, problems := resolve(t, contract, "BACKUP_PROJETO_KEEP_LAST=7"); problems != nil || c.Keep.Last != 7 {
		t.Errorf("%v, %+v", problems, c.Keep)
	}
}
