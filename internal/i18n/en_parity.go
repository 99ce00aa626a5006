package i18n

import "backup_projeto/internal/core"

func enParityErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"parity-none": {"[[{subject}: ]]it is damaged, and has no parity to mend it with", "See what suffers from it: backup_projeto verify{place} --data=100%"},
		"parity-beyond": {"[[{subject}: ]]more of it is lost than its parity makes up for; nothing was changed[[ ({detail})]]",
			"See what suffers from it: backup_projeto verify{place} --data=100%"},
		"parity-damaged": {"[[{subject}: ]]the parity itself is damaged; no content is lost by that", "Write it anew: backup_projeto parity --check{place}"},
	}
}
