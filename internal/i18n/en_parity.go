package i18n

import "backup_projeto/internal/core"

func enParityErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"parity-left": {"packs are damaged, and their parity does not make up for it; they are listed above, and nothing of them was changed", "Repair the repository: backup_projeto repair{place} --data=100%"},
		"parity-none": {"[[{subject}: ]]it is damaged, and has no parity to mend it with", "See what suffers from it: backup_projeto verify{place} --data=100%"},
		"parity-beyond": {"[[{subject}: ]]more of it is lost than its parity makes up for; nothing was changed",
			"See what suffers from it: backup_projeto verify{place} --data=100%"},
		"parity-damaged": {"[[{subject}: ]]the parity itself is damaged; no content is lost by that", "Write it anew: backup_projeto parity --check{place}"},
	}
}

func enParity() Parity {
	return Parity{
		Setting: "parity of a pack", Packs: "stored", Protected: "protected already", Stored: "their parity", Read: "to be read", Write: "to be written",
		Delete: "to be deleted", Requests: "requests, about",
		SettingLine: "%[2]s, until now %[1]s", None: "none",
		Objects: Plural{"%s parity object", "%s parity objects"},
		Ask:     "Read %[1]s, write %[2]s and delete %[3]s?",
		Done:    "%[1]s, %[2]s, %[3]s, in %[4]s", Nothing: "There is nothing to do", DryRun: "Dry run: nothing was changed",
		Written: Plural{"%s parity object written", "%s parity objects written"}, Deleted: Plural{"%s parity object deleted", "%s parity objects deleted"}, Mended: Plural{"%s pack mended", "%s packs mended"},
		Differs: "this repository's packs have parity of %[1]s, not of %[2]s; to change that: %[3]s",
		Healed:  "%[1]s is damaged; it was read with the help of its parity. Mend it: %[2]s",
		Refused: "the disk could not read all of %[1]s: the disk, or its cable, is failing. See what suffers, and move to another disk: %[2]s",
		Label:   "parity", Without: "%[1]s; %[2]s without. To write it: %[3]s", All: "%s, of every pack",
		Anew:  "no file needs it; to write it anew: %s",
		Mends: "its parity mends it: %s", Prune: "parity to delete",
	}
}
