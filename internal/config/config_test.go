package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backup_projeto/internal/core"
	"backup_projeto/internal/i18n"
	"backup_projeto/internal/pack"
)

// contract is the scopes of the program without a command.
const contract = Where | Which | Saving | Switch | Picking | Writing | Trying | Working | Output | Versions

// resolve reads a command line of --flag=value words, and variables of NAME=value words.
func resolve(t *testing.T, scopes Scope, words ...string) (*Config, []string) {
	t.Helper()
	in, env := &Input{}, map[string]string{}
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		flag, isFlag := strings.CutPrefix(name, "--")
		if !isFlag {
			env[name] = value
			continue
		}
		i := slices.IndexFunc(Settings, func(s Setting) bool { return slices.Contains(s.Names(), flag) })
		if i < 0 {
			t.Fatalf("no flag %s", flag)
		}
		if Settings[i].Kind == Bool && value == "" {
			value = "true"
		}
		in.Add(Settings[i].Name, flag, value)
	}
	c, err := Resolve(in, scopes, System{Lang: i18n.English, GOOS: "linux", Home: "/home/ana", Cwd: "/home/ana/loja",
		Getenv: func(k string) string { return env[k] }})
	if err == nil {
		return c, nil
	}
	var ps Problems
	if core.KindOf(err) != core.Usage || !errors.As(err, &ps) {
		t.Fatalf("error %v is no usage error", err)
	}
	var codes []string
	for _, p := range ps {
		codes = append(codes, string(p.Code)+" "+p.Subject)
	}
	return c, codes
}

func TestContract(t *testing.T) {
	for _, words := range [][]string{
		{"--estrategia=s3", "--bucket=meu-bucket", "--prefixo=backups-projeto"},
		{"--strategy=s3", "--bucket=meu-bucket", "--prefix=/backups-projeto/"},
		{"--repositorio=s3://meu-bucket/backups-projeto"},
		{"BACKUP_PROJETO_ESTRATEGIA=s3", "BACKUP_PROJETO_BUCKET=meu-bucket", "BACKUP_PROJETO_PREFIX=backups-projeto"},
		{"BACKUP_PROJETO_BUCKET=outro", "BACKUP_PROJETO_PREFIXO=backups-projeto", "--bucket=meu-bucket"},
		{"BACKUP_PROJETO_BUCKET=outro", "--repository=s3://meu-bucket/backups-projeto"},
		{"BACKUP_PROJETO_REPOSITORY=/x", "--bucket=meu-bucket", "--prefix=backups-projeto"},
		{"--strategy=s3", "--repository=s3://meu-bucket/backups-projeto"},
	} {
		c, problems := resolve(t, contract, words...)
		if problems != nil || c.Place.Strategy != "s3" || c.Place.URL() != "s3://meu-bucket/backups-projeto" {
			t.Errorf("%v: %+v, %v", words, c.Place, problems)
		}
	}
	c, problems := resolve(t, contract, "--estrategia=s3", "--bucket=b-1", "--restaurar")
	if problems != nil || !c.Restore || c.Place.Flags != " --estrategia=s3 --bucket=b-1" {
		t.Errorf("%+v, %v", c, problems)
	}
}

func TestDefaults(t *testing.T) {
	c, problems := resolve(t, contract)
	if problems != nil {
		t.Fatal(problems)
	}
	want := Place{Strategy: "local", Embedded: true, Path: "/home/ana/.local/share/backup_projeto/repository"}
	if c.Place != want || c.To != "/home/ana/loja" || c.Snapshot != "latest" || c.MaxSize != 0 || c.Parallel != 0 {
		t.Errorf("%+v", c)
	}
	c, _ = resolve(t, contract, "XDG_DATA_HOME=/data")
	if c.Place.Path != "/data/backup_projeto/repository" {
		t.Errorf("with XDG_DATA_HOME: %s", c.Place.Path)
	}
	for words, path := range map[string]string{"--repository=../b": "/home/ana/b", "--repository=~/b": "/home/ana/b", "--repository=file:///b": "/b",
		"--repository=/b/": "/b", "BACKUP_PROJETO_REPOSITORIO=b": "/home/ana/loja/b"} {
		if c, problems := resolve(t, contract, words); problems != nil || c.Place.Path != path || c.Place.Embedded {
			t.Errorf("%s: %+v, %v", words, c.Place, problems)
		}
	}
}

// TestCompression reads the level in both languages' words.
func TestCompression(t *testing.T) {
	for words, want := range map[string]string{"": "auto", "--compression=fast": "fast", "--compression=RAPIDA": "fast", "--compressao=rápida": "fast",
		"--compressao=padrão": "default", "--compressao=máxima": "max", "BACKUP_PROJETO_COMPRESSAO=nenhuma": "none", "--compressao=none": "none"} {
		c, problems := resolve(t, contract, strings.Fields(words)...)
		if _, known := pack.ParseLevel(c.Compression); problems != nil || c.Compression != want || !known {
			t.Errorf("%s: %q, %v", words, c.Compression, problems)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		words string
		want  string
	}{
		{"--strategy=s4", "unknown-strategy --strategy"},
		{"BACKUP_PROJETO_ESTRATEGIA=loca", "unknown-strategy BACKUP_PROJETO_ESTRATEGIA"},
		{"--strategy=s3", "missing-bucket --bucket"},
		{"--repository=s3://", "missing-bucket --repository"},
		{"--repository=sftp://x/y", "unknown-address --repository"},
		{"--bucket=Meu_Bucket", "bad-bucket --bucket"},
		{"--bucket=10.0.0.1", "bad-bucket --bucket"},
		{"--bucket=ok-1 --prefix=a/../b", "bad-prefix --prefix"},
		{"--repository=s3://ok-1/../b", "bad-prefix --repository"},
		{"--repository=/x --bucket=abc", "flags-conflict --repository"},
		{"--repository=/x --strategy=s3", "flags-conflict --repository"},
		{"--strategy=local --region=x", "only-s3 --region"},
		{"--bucket=abc --strategy=local", "only-s3 --bucket"},
		{"--bucket=abc --endpoint=minio:9000", "bad-endpoint --endpoint"},
		{"--bucket=abc --classe=DEEP_ARCHIVE", "cold-class --classe"},
		{"--bucket=abc --classe=STANDARD-IA", "unknown-class --classe"},
		{"--bucket=abc --sse=aes", "value-choice --sse"},
		{"--bucket=abc --sse=aes256 --sse-kms-key=k", "flags-conflict --sse-kms-key"},
		{"--bucket=abc --strategy=s3 --estrategia=local", "twins-differ --strategy|only-s3 --bucket"},
		{"BACKUP_PROJETO_STRATEGY=s3 BACKUP_PROJETO_ESTRATEGIA=local", "twins-differ BACKUP_PROJETO_STRATEGY|missing-bucket --bucket"},
		{"--restore --exclude=x --tag=y", "flags-conflict --exclude|flags-conflict --tag"},
		{"--to=x --snapshot=latest", "flag-needs --snapshot|flag-needs --to"},
		{"--quiet --verbose", "flags-conflict --quiet"},
		{"--quiet=maybe", "value-bool --quiet"},
		{"--max-size=big", "value-size --max-size"},
		{"--compressao=alta", "value-choice --compressao"},
		{"--parallel=257", "value-range --parallel"},
		{"--parallel=-1", "value-range --parallel"},
		{"--restore --snapshot=xyz", "bad-snapshot --snapshot"},
		{"--lang=fr", "unknown-lang --lang"},
		{"--exclude=", "value-empty --exclude"},
		{"--bucket=abc --max-size= --retain= --lock= --lock-mode=", "flag-needs --lock-mode|value-empty --lock|value-empty --lock-mode|value-empty --max-size|value-empty --retain"},
		{"--prefix= --bucket=abc", ""},
		{"--restore --to=", "value-empty --to"},
		{"--project=", "value-empty --project"},
		{"--strategy=", "value-empty --strategy"},
		{"--strategy=s5 --max-size=x --lang=fr", "unknown-strategy --strategy|value-size --max-size|unknown-lang --lang"},
	} {
		_, problems := resolve(t, contract, strings.Fields(c.words)...)
		if got := strings.Join(problems, "|"); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.words, got, c.want)
		}
	}
}

// TestOneOrAll: one project and all of them do not go together; a flag wins over a variable.
func TestOneOrAll(t *testing.T) {
	for words, want := range map[string]string{
		"--all --project=p":                             "flags-conflict --project",
		"--todos --projeto=p":                           "flags-conflict --projeto",
		"BACKUP_PROJETO_ALL=1 BACKUP_PROJETO_PROJECT=p": "flags-conflict BACKUP_PROJETO_PROJECT",
		"BACKUP_PROJETO_ALL=1 --project=p":              "p false",
		"--all BACKUP_PROJETO_PROJECT=p":                " true",
		"--all=false --project=p":                       "p false",
	} {
		c, problems := resolve(t, Output|Which|Listing|Retaining, strings.Fields(words)...)
		got := strings.Join(problems, "|")
		if problems == nil {
			got = fmt.Sprint(c.Project, " ", c.All)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", words, got, want)
		}
	}
	if _, problems := resolve(t, Output|Pruning, "--max-unused=", "--carencia="); strings.Join(problems, "|") != "value-empty --max-unused|value-empty --carencia" {
		t.Errorf("empty amounts: %v", problems)
	}
}

func TestVariablesOfOtherJobsDoNotDisturb(t *testing.T) {
	c, problems := resolve(t, contract, "--restore", "BACKUP_PROJETO_EXCLUIR=a,b", "BACKUP_PROJETO_BUCKET=abc", "--strategy=local", "AWS_ENDPOINT_URL=http://x")
	if problems != nil || !slices.Equal(c.Exclude, []string{"a", "b"}) || c.Place.Strategy != "local" {
		t.Errorf("%+v, %v", c, problems)
	}
	if _, problems := resolve(t, Output, "BACKUP_PROJETO_STRATEGY=s9"); problems != nil {
		t.Errorf("a setting out of scope is judged: %v", problems)
	}
	c, _ = resolve(t, contract, "--bucket=abc", "AWS_ENDPOINT_URL=http://x", "BACKUP_PROJETO_ENDPOINT=http://y")
	if c.Place.Endpoint != "http://y" {
		t.Errorf("endpoint %s", c.Place.Endpoint)
	}
}

func TestEverySettingHasHelp(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Settings {
		for _, n := range s.Names() {
			if seen[n] {
				t.Errorf("flag %s is there twice", n)
			}
			seen[n] = true
		}
		if s.Short != "" && seen["-"+s.Short] {
			t.Errorf("letter %s is there twice", s.Short)
		}
		seen["-"+s.Short] = true
		for _, l := range i18n.Langs() {
			if _, ok := i18n.For(l).Flags[s.Name]; !ok {
				t.Errorf("%s has no help in %v", s.Name, l)
			}
		}
	}
	if n := len(i18n.For(i18n.English).Flags); n != len(Settings) {
		t.Errorf("%d flags have help, %d exist", n, len(Settings))
	}
}

func TestValues(t *testing.T) {
	for s, want := range map[string]int64{"0": 0, "1500": 1500, "500MB": 500e6, "1,5GB": 1.5e9, "2 GiB": 2 << 30, "1k": 1000, "1.5kib": 1536} {
		if n, err := ParseSize(s); err != nil || n != want {
			t.Errorf("ParseSize(%q) = %d, %v", s, n, err)
		}
	}
	for _, s := range []string{"", "x", "-1", "1e3", "1.2.3", "5%", "9999999TB", "1 2", ".", "NaN", "inf"} {
		if n, err := ParseSize(s); err == nil {
			t.Errorf("ParseSize(%q) = %d", s, n)
		}
	}
	for s, want := range map[string]Share{"100%": {Percent: 100}, "2,5 %": {Percent: 2.5}, "2GB": {Bytes: 2e9}, "0": {}} {
		if got, err := ParseShare(s); err != nil || got != want {
			t.Errorf("ParseShare(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"101%", "%", "-5%", "all"} {
		if got, err := ParseShare(s); err == nil {
			t.Errorf("ParseShare(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]string{"abc": "abc", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "/é": "/é"} {
		if got := Quote(s); got != want {
			t.Errorf("Quote(%q) = %s", s, got)
		}
	}
	if got := splitList("a, b,,c"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("splitList: %q", got)
	}
	if got := splitList("a,b\nc"); !slices.Equal(got, []string{"a,b", "c"}) {
		t.Errorf("splitList: %q", got)
	}
}

func TestRef(t *testing.T) {
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.Local).Add(-1)
	minute := time.Date(2026, 11, 20, 18, 31, 0, 0, time.Local).Add(-1)
	for s, want := range map[string]Ref{"latest": {Latest: true}, "Último": {Latest: true}, "0193A1B2": {Prefix: "0193a1b2"}, "0193a1b2-7c": {Prefix: "0193a1b2-7c"},
		"2026-11-20": {Until: day}, "20/11/2026": {Until: day}, "20-11-2026": {Until: day}, "2026-11-20T18:30": {Until: minute}, "20/11/2026 18:30": {Until: minute}} {
		got, err := ParseRef(s)
		if err != nil || got.Latest != want.Latest || got.Prefix != want.Prefix || !got.Until.Equal(want.Until) {
			t.Errorf("ParseRef(%q) = %+v, %v", s, got, err)
		}
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.Local)
	for s, day := range map[string]int{"today": 1, "hoje": 1, "yesterday": 0, "Ontem": 0, "anteontem": -1} {
		want := time.Date(2026, 3, day+1, 0, 0, 0, 0, time.Local).Add(-1)
		if got, err := ParseMoment(s, now); err != nil || !got.Equal(want) {
			t.Errorf("ParseMoment(%q) = %v, %v, want %v", s, got, err, want)
		}
		if got, err := ParseRef(s); err != nil || got.Until.IsZero() {
			t.Errorf("ParseRef(%q) = %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "abc", "xyzw", "31/02/2026", "-abcd"} {
		if got, err := ParseRef(s); err == nil {
			t.Errorf("ParseRef(%q) = %+v", s, got)
		}
	}
}

func TestNear(t *testing.T) {
	for s, want := range map[string]string{"s4": "s3", "loca": "local", "lcoal": "local", "S3": "s3", "gdrive": "", "x": "", "locall": "local"} {
		if got := Near(s, Strategies); got != want {
			t.Errorf("Near(%q) = %q, want %q", s, got, want)
		}
	}
	if got := Near("restaura", []string{"restore", "restaurar", "stats"}); got != "restaurar" {
		t.Errorf("Near(restaura) = %q", got)
	}
}

func TestDirs(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	if d := FindDirs("linux", "/h", env(map[string]string{"XDG_CONFIG_HOME": "relative", "XDG_CACHE_HOME": "/c"})); d.Config != "/h/.config/backup_projeto" || d.Cache != "/c/backup_projeto" {
		t.Errorf("linux: %+v", d)
	}
	if d := FindDirs("darwin", "/h", env(nil)); d.Repository() != "/h/Library/Application Support/backup_projeto/repository" {
		t.Errorf("darwin: %+v", d)
	}
	if d := FindDirs("windows", "/h", env(map[string]string{"LocalAppData": "/l"})); d.Data != "/l/backup_projeto" || d.Config != "/h/AppData/Roaming/backup_projeto" {
		t.Errorf("windows: %+v", d)
	}
}

func TestParseParity(t *testing.T) {
	for s, want := range map[string]int{"2%": 200, " 2,5 %": 250, "0.01%": 1, "100%": 10_000, "off": 0, "0": 0, "0%": 0, "não": 0} {
		if got, err := ParseParity(s); err != nil || got != want {
			t.Errorf("ParseParity(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "2", "on", "true", "101%", "-1%", "0.001%", "2MB", "%", "half"} {
		if got, err := ParseParity(s); err == nil {
			t.Errorf("ParseParity(%q) = %v", s, got)
		}
	}
}

// TestConsentIsTypedWhole proves that no flag of consent is what another flag begins with, or begins with another: see doc/adr/0017.
func TestConsentIsTypedWhole(t *testing.T) {
	for _, consent := range []string{"yes", "overwrite"} {
		for _, name := range Find(consent).Names() {
			for i := range Settings {
				for _, other := range Settings[i].Names() {
					if other != name && (strings.HasPrefix(other, name) || strings.HasPrefix(name, other)) {
						t.Errorf("--%s, which consents, and --%s are taken for each other", name, other)
					}
				}
			}
		}
	}
}
