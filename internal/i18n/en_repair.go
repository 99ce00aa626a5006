package i18n

import "backup_projeto/internal/core"

func enRepairErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"repair-lost": {"not all could be repaired: the files listed above cannot be restored whole",
			"Run a backup on each machine that still has them: it stores again what is missing, and the old snapshots that can be read become whole. " +
				"A second repository that has them helps too: backup_projeto repair{place} --from=REPOSITORY"},
		"repair-left": {"no file is lost, but damaged objects are still in their places; they are listed above", "Where nothing may be deleted, repair with credentials that may; the slot of the key that opens the repository is set aside by who opens it with another, such as the recovery code in BACKUP_PROJETO_RECOVERY_CODE."},
		"repair-lost-snapshots": {"not all could be repaired: the snapshots listed above cannot be read, and this machine has no copy of them",
			"A machine that has used them may have one: run it there too: backup_projeto repair{place}. Otherwise they are lost, and the others are whole: backup_projeto snapshots --all{place}"},
		"repair-needed":     {"the repository is damaged, and can be repaired", "Repair it: backup_projeto repair{place}"},
		"same-repository":   {"{subject} is the repository that is to be repaired, or a copy of it", "Name another repository that has backups of the same files; or copy the missing objects from that one by hand."},
		"from-none":         {"there is no repository at {subject}, where --from looks for the second one", "Check --from. To see whether a repository is there: backup_projeto snapshots --repository={subject}"},
		"from-fails":        {"the second repository, {subject}, cannot be used: {value}", "Mend that first; nothing was changed. To open it alone: backup_projeto snapshots --repository={subject}"},
		"snapshot-vanished": {"[[{subject}: ]]this snapshot was there within the last month, and neither this program's trash nor its place has it: it was deleted by other means, or the storage hides it", "Find out who may delete there. If the bucket keeps versions, look at it as it was: backup_projeto snapshots{place} --as-of=1d"},
	}
}

func enRepair() Repair {
	return Repair{
		Start: "Looking for what can be repaired in %s",
		List:  "list again", Unproven: "of these, not believed before they are read (--data=100%)", Gone: "packs that are gone", Hurt: "damaged, save what can be read of",
		False: "packs of which the index is wrong", Mendable: "packs that parity may mend", Condemn: "packs to count on no more", PutBack: "objects to put back from a copy",
		Aside: "objects to set aside",
		Ask:   "Repair it? Nothing is deleted that was not copied before.",
		Done:  "Listed again: %[1]s, mended: %[2]s, put back: %[3]s, blocks saved: %[4]s, set aside: %[5]s, in %[6]s", Nothing: "There is nothing to repair",
		DryRun: "Dry run: nothing was changed", Healed: "blocks that the second repository has",
		Remains:  "still damaged: %[1]s (%[2]s)",
		Settings: "how much parity packs get could not be read any more, and is %[1]s from now on; to set it: %[2]s",
		Kept:     "%[1]s. The folder aside/ can be deleted when this finds no damage and every machine has run repair: %[2]s",
		Lost:     "lost: %[1]s (%[2]s: %[3]s)",
		Left: Plural{"%s damaged object was copied below aside/ and is in its place too, as nothing may be deleted there now",
			"%s damaged objects were copied below aside/ and are in their places too, as nothing may be deleted there now"},
	}
}
