package i18n

import "backup_projeto/internal/core"

func enRetain() Retain {
	return Retain{
		Group: "%[1]s, from %[2]s", Kept: "keep", Dropped: "drop",
		Rules: map[string]string{"pinned": "pinned", "last": "last", "hourly": "hourly", "daily": "daily", "weekly": "weekly", "monthly": "monthly",
			"yearly": "yearly", "within": "recent", "tag": "tag", "safety": "before a restore", "newest": "newest"},
		Doubtful: "its date does not fit when it was stored",
		Run:      Plural{"%s snapshot", "%s snapshots"},
		Plan:     "%[1]s to keep, %[2]s to drop",
		Ask:      Plural{"Move %s snapshot to the trash?", "Move %s snapshots to the trash?"},
		Moved:    Plural{"%s snapshot moved to the trash", "%s snapshots moved to the trash"},
		Back:     "For 30 days one can be brought back: %s",
		Nothing:  "Every snapshot is kept; there is nothing to drop", DryRun: "Dry run: nothing was moved",
		NotApplied: "older snapshots were not looked through: %s",
		Pinned:     "Snapshot %[1]s of %[2]s is pinned now", Already: "Snapshot %[1]s of %[2]s was pinned already",
		Unpinned: "Snapshot %[1]s of %[2]s is not pinned any more", Not: "Snapshot %[1]s of %[2]s was not pinned",
		NoPins: "No snapshot is pinned", NoTrash: "The trash is empty",
		ColumnPinned: "PINNED", ColumnDropped: "DROPPED", ColumnUntil: "UNTIL",
		Undeleted:  "Snapshot %[1]s of %[2]s is back",
		Unreadable: "snapshot %[1]s in the trash cannot be read: %[2]s", Gone: "not there any more",
	}
}

func enRetainErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"snapshot-pinned":   {"snapshot {subject} is pinned; nothing was dropped", "Unpin it first: backup_projeto unpin {subject}{place}"},
		"snapshot-in-trash": {"snapshot \"{subject}\" was dropped and is in the trash", "Bring it back: backup_projeto undelete {subject}{place}"},
		"not-in-trash":      {"the trash has no snapshot \"{subject}\"", "See what it has: backup_projeto undelete{place}"},
		"trash-ambiguous":   {"several snapshots in the trash have an id that begins with \"{subject}\": {list}", "Type more digits. See them: backup_projeto undelete{place}"},
		"undelete-late": {"snapshot {subject} is back, but its time in the trash ended meanwhile, and its content may have been deleted",
			"Find out: backup_projeto verify{place}"},
	}
}
