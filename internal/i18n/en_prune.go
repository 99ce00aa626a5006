package i18n

import "backup_projeto/internal/core"

func enPruneErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"prune-overtakes": {"prunes of this repository kept taking away what the backup relied on; no snapshot was saved",
			"Run it again when they are done: what was uploaded is not uploaded again."},
		"mark-damaged": {"\"{subject}\" is damaged: it says which packs a prune is about to delete",
			"Run backup_projeto prune{place} with a key that can read; it takes the damaged one away."},
		"marks-change": {"what prunes are about to delete changes faster than it can be read", "Run it again in a minute."},
	}
}
