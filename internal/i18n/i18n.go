// Package i18n holds every word that the program says to a person, in English and in Brazilian Portuguese, and the numbers,
// sizes, times and plurals in between.
//
// Terms: a catalog is all messages of one language, a Go struct, so that a missing English message does not compile; the tests
// prove that Portuguese lacks nothing and that both ask for the same values. An error's text is a message, one line that says
// what happened, and a hint, the next thing to type.
//
// Map: messages.go has the struct; en_*.go and pt_*.go fill it; locale.go chooses the language; format.go writes numbers, sizes
// and times; fill.go puts values into error texts.
//
// Promise: nothing here reads a flag or prints; no value is looked up by a string that a test does not check.
package i18n

import "backup_projeto/internal/core"

// Lang is a language that the program speaks.
type Lang uint8

// The languages.
const (
	English Lang = iota
	Portuguese
)

// Langs lists all languages.
func Langs() []Lang { return []Lang{English, Portuguese} }

// String returns the BCP 47 tag, which is also what --lang takes.
func (l Lang) String() string {
	if l == Portuguese {
		return "pt-BR"
	}
	return "en"
}

// Pick returns the word of the language: en or pt.
func (l Lang) Pick(en, pt string) string {
	if l == Portuguese && pt != "" {
		return pt
	}
	return en
}

// For returns the catalog of a language.
func For(l Lang) *Catalog {
	if l == Portuguese {
		return &Catalog{Lang: l, General: ptGeneral(), Help: ptHelp(), Backup: ptBackup(), Restore: ptRestore(), Verify: ptVerify(),
			Browse: ptBrowse(), Keys: ptKeys(), Retain: ptRetain(), Prune: ptPrune(), Repair: ptRepair(), Parity: ptParity(), Lock: ptLock(), Flags: ptFlags(), Commands: ptCommands(), Errors: ptErrors(), Kinds: ptKinds()}
	}
	return &Catalog{Lang: l, General: enGeneral(), Help: enHelp(), Backup: enBackup(), Restore: enRestore(), Verify: enVerify(),
		Browse: enBrowse(), Keys: enKeys(), Retain: enRetain(), Prune: enPrune(), Repair: enRepair(), Parity: enParity(), Lock: enLock(), Flags: enFlags(), Commands: enCommands(), Errors: enErrors(), Kinds: enKinds()}
}

// Error returns the text for an error of that kind and code: the code's own where there is one, else the kind's.
func (c *Catalog) Error(kind core.Kind, code core.Code) (text ErrorText, known bool) {
	if t, ok := c.Errors[code]; ok {
		return t, true
	}
	if k, ok := c.Kinds[kind]; ok {
		return k.Text, false
	}
	return c.Kinds[core.Failure].Text, false
}
