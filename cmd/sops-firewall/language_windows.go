package main

import "golang.org/x/sys/windows"

// systemLocale is the first language that the user chose for Windows, such as
// "de-DE"; empty when it does not tell.
func systemLocale() string {
	list, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0]
}
