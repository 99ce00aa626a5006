package i18n

import "golang.org/x/sys/windows"

// System returns the language that the user chose for Windows, or "".
func System() string {
	langs, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(langs) == 0 {
		return ""
	}
	return langs[0]
}
