package config

import (
	"strings"

	"backup_projeto/internal/i18n"
)

// Kind is how a setting's value is read.
type Kind uint8

// The kinds of values.
const (
	Text    Kind = iota
	Bool         // a flag without value means true
	List         // may be given many times
	Count        // a whole number
	Size         // bytes: 500MB, 2GiB
	Portion      // a percentage, or a size
	Folder       // a path
	Age          // a length of time: 30d, 6m, 1y
)

// Scope is a group of settings; commands name the groups they take.
type Scope uint32

// The scopes.
const (
	Output    Scope = 1 << iota // language and form of what is printed
	Where                       // the repository's place
	Which                       // the project
	Saving                      // what a backup takes
	Switch                      // --restore, of the contract's form
	Picking                     // which snapshot
	Writing                     // what a restore does
	Selecting                   // --include as a restore's selection
	Trying                      // dry run
	Working                     // parallelism
	Listing                     // of every project
	Proving                     // what verify reads
	Slots                       // what a new key may do
	Versions                    // --version
	Retaining                   // which snapshots are kept
	Pruning                     // what is freed
	Repairing                   // what is read for a repair, and where else content may be
	Past                        // the repository as it was
	Sparing                     // the parity of what is there
)

// Setting is one thing that can be set.
type Setting struct {
	Name   string // the English flag, which is also the setting's identity
	PT     string // the Portuguese twin; "" where one name serves both
	Short  string // a single letter, or ""
	Kind   Kind
	Scope  Scope
	Values []string // the only values allowed, or nil
	// ValuesPT are their Portuguese twins, in the same order; nil where they have none.
	ValuesPT []string
	// Default is the value when nothing is said; "" where that is no value at all.
	Default string
	// Env lists variables of other programs that say the same.
	Env []string
}

// Strategies are the kinds of places that a repository can be.
var Strategies = []string{"local", "s3"}

// storageClasses that S3 and its compatibles know and that can be read at once.
var storageClasses = []string{"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "REDUCED_REDUNDANCY",
	"EXPRESS_ONEZONE", "OUTPOSTS"}

// encryptions are values of --sse.
var encryptions = []string{"none", "AES256", "aws:kms", "aws:kms:dsse"}

// lockModes are values of --lock-mode, and their twins.
var (
	lockModes   = []string{"governance", "compliance"}
	lockModesPT = []string{"governanca", "conformidade"}
)

// compressions are values of --compression, and their twins.
var (
	compressions   = []string{"auto", "fast", "default", "max", "none"}
	compressionsPT = []string{"auto", "rapida", "padrao", "maxima", "nenhuma"}
)

// Settings lists every setting, in the order of the help.
var Settings = []Setting{
	{Name: "strategy", PT: "estrategia", Scope: Where, Values: Strategies},
	{Name: "bucket", Scope: Where},
	{Name: "prefix", PT: "prefixo", Scope: Where},
	{Name: "repository", PT: "repositorio", Short: "r", Scope: Where},
	{Name: "region", PT: "regiao", Scope: Where},
	{Name: "endpoint", Scope: Where, Env: []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}},
	{Name: "aws-profile", PT: "perfil-aws", Scope: Where},
	{Name: "storage-class", PT: "classe", Scope: Where, Values: storageClasses},
	{Name: "sse", Scope: Where, Values: encryptions},
	{Name: "sse-kms-key", PT: "sse-chave-kms", Scope: Where},
	{Name: "lock", PT: "trava", Kind: Age, Scope: Where, Default: "0"},
	{Name: "lock-mode", PT: "modo-trava", Scope: Where, Values: lockModes, ValuesPT: lockModesPT, Default: "governance"},
	{Name: "as-of", PT: "em", Scope: Past},

	{Name: "project", PT: "projeto", Short: "p", Scope: Which},
	{Name: "all", PT: "todos", Short: "a", Kind: Bool, Scope: Listing},

	{Name: "restore", PT: "restaurar", Kind: Bool, Scope: Switch},
	{Name: "snapshot", Scope: Picking, Default: "latest"},
	{Name: "to", PT: "para", Kind: Folder, Scope: Writing, Default: "."},
	{Name: "overwrite", PT: "sobrescrever", Kind: Bool, Scope: Writing},

	{Name: "exclude", PT: "excluir", Short: "x", Kind: List, Scope: Saving},
	{Name: "include", PT: "incluir", Short: "i", Kind: List, Scope: Saving | Selecting},
	{Name: "one-file-system", PT: "um-sistema", Kind: Bool, Scope: Saving},
	{Name: "max-size", PT: "tamanho-maximo", Kind: Size, Scope: Saving, Default: "0"},
	{Name: "compression", PT: "compressao", Scope: Saving, Values: compressions, ValuesPT: compressionsPT, Default: "auto"},
	{Name: "tag", PT: "etiqueta", Short: "t", Kind: List, Scope: Saving},
	{Name: "retain", PT: "reter", Scope: Saving, Values: []string{"auto", "off"}, Default: "off"},
	{Name: "parity", PT: "paridade", Scope: Saving},

	{Name: "keep-last", PT: "manter-ultimos", Kind: Count, Scope: Retaining, Default: "3"},
	{Name: "keep-hourly", PT: "manter-horarios", Kind: Count, Scope: Retaining, Default: "24"},
	{Name: "keep-daily", PT: "manter-diarios", Kind: Count, Scope: Retaining, Default: "14"},
	{Name: "keep-weekly", PT: "manter-semanais", Kind: Count, Scope: Retaining, Default: "8"},
	{Name: "keep-monthly", PT: "manter-mensais", Kind: Count, Scope: Retaining, Default: "12"},
	{Name: "keep-yearly", PT: "manter-anuais", Kind: Count, Scope: Retaining, Default: "3"},
	{Name: "keep-within", PT: "manter-por", Kind: Age, Scope: Retaining, Default: "0"},
	{Name: "keep-tag", PT: "manter-etiqueta", Kind: List, Scope: Retaining},
	{Name: "keep-safety", PT: "manter-seguranca", Kind: Age, Scope: Retaining, Default: "14d"},

	{Name: "max-unused", PT: "max-sem-uso", Scope: Pruning, Default: "5%"},
	{Name: "max-rewrite", PT: "max-regravar", Kind: Size, Scope: Pruning, Default: "0"},
	{Name: "grace", PT: "carencia", Kind: Age, Scope: Pruning, Default: "1d"},
	{Name: "prices", PT: "precos", Scope: Pruning},

	{Name: "data", PT: "dados", Kind: Portion, Scope: Proving | Repairing, Default: "0"},
	{Name: "sample", PT: "amostra", Kind: Count, Scope: Proving, Default: "0"},

	{Name: "from", PT: "de", Scope: Repairing},

	{Name: "set", PT: "definir", Scope: Sparing},
	{Name: "check", PT: "conferir", Kind: Bool, Scope: Sparing},

	{Name: "label", PT: "rotulo", Scope: Slots},
	{Name: "write-only", PT: "so-gravacao", Kind: Bool, Scope: Slots},

	{Name: "dry-run", PT: "simular", Short: "n", Kind: Bool, Scope: Trying},
	{Name: "parallel", PT: "paralelo", Short: "j", Kind: Count, Scope: Working, Default: "0"},

	{Name: "json", Kind: Bool, Scope: Output},
	{Name: "quiet", PT: "silencioso", Short: "q", Kind: Bool, Scope: Output},
	{Name: "verbose", PT: "detalhado", Short: "v", Kind: Bool, Scope: Output},
	{Name: "yes", PT: "sem-perguntar", Short: "y", Kind: Bool, Scope: Output},
	{Name: "lang", PT: "idioma", Scope: Output, Values: []string{"en", "pt-BR"}},

	{Name: "version", PT: "versao", Kind: Bool, Scope: Versions},
}

// Find returns the setting of that English name; it must be one.
func Find(name string) *Setting {
	for i := range Settings {
		if Settings[i].Name == name {
			return &Settings[i]
		}
	}
	panic("config: no setting " + name)
}

// Names returns the flags of the setting without dashes: one, or the English and the Portuguese twin.
func (s *Setting) Names() []string {
	if s.PT == "" {
		return []string{s.Name}
	}
	return []string{s.Name, s.PT}
}

// Choices returns the values allowed, in the words of a language; nil allows any.
func (s *Setting) Choices(l i18n.Lang) []string {
	if s.ValuesPT == nil || l != i18n.Portuguese {
		return s.Values
	}
	return s.ValuesPT
}

// Variables returns the environment variables of the setting, its own first.
func (s *Setting) Variables() []string {
	var out []string
	for _, n := range s.Names() {
		out = append(out, Variable(n))
	}
	return append(out, s.Env...)
}

// Variable returns the environment variable of a flag.
func Variable(flag string) string {
	return "BACKUP_PROJETO_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
