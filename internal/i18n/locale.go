package i18n

import "strings"

// Variables that choose the language, in order, after the flag and before the locale.
var langVariables = []string{"BACKUP_PROJETO_LANG", "BACKUP_PROJETO_IDIOMA"}

// localeVariables are POSIX's, in POSIX's order.
var localeVariables = []string{"LC_ALL", "LC_MESSAGES", "LANG"}

// ParseLang reads a language as a person writes it: "pt", "pt-BR", "pt_PT.UTF-8", "português", "en", "en-GB", "C". Every
// Portuguese gives Brazilian Portuguese.
func ParseLang(s string) (Lang, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	s, _, _ = strings.Cut(s, ".")
	s, _, _ = strings.Cut(s, "@")
	base, _, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	switch base {
	case "pt", "por", "portugues", "português", "portuguese":
		return Portuguese, true
	case "en", "eng", "english", "ingles", "inglês", "c", "posix":
		return English, true
	}
	return English, false
}

// Choose returns the language to speak: that of the flag, else of the program's own variable, else of the locale, else of the
// system (system is called only when nothing else says anything), else English. What cannot be understood is passed over
// here; config reports a bad flag or variable.
func Choose(flag string, getenv func(string) string, system func() string) Lang {
	if l, ok := ParseLang(flag); ok && flag != "" {
		return l
	}
	for _, name := range langVariables {
		if l, ok := ParseLang(getenv(name)); ok {
			return l
		}
	}
	for _, name := range localeVariables {
		if v := getenv(name); v != "" {
			l, _ := ParseLang(v)
			return l
		}
	}
	l, _ := ParseLang(system())
	return l
}
