package i18n

import "backup_projeto/internal/core"

func enPruneErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"prune-overtakes": {"prunes of this repository kept taking away what the backup relied on; no snapshot was saved",
			"Run it again when they are done: what was uploaded is not uploaded again."},
		"mark-damaged": {"\"{subject}\" is damaged: it says which packs a prune is about to delete",
			"Run backup_projeto prune{place} with a key that can read; it takes the damaged one away."},
		"prune-running": {"another prune or a repair of this repository is under way, or died less than 72 hours ago",
			"Wait until it is done. If its machine died, run it there once more, or here when that time is over; nothing is lost meanwhile."},
		"prune-listing": {"the storage does not list everything that it has, so nothing was deleted", "Run it again later; listings of some services take a while."},
		"prune-dead":    {"other prunes took this one for dead while it waited, so it stopped", "Run it again: it goes on where things stand."},
		"prune-damage": {"[[\"{subject}\" ]]cannot be read, and without it nobody knows what is still needed; nothing was deleted",
			"Repair it: backup_projeto repair{place}. To see before what is damaged: backup_projeto verify{place}"},
		"prune-lost": {"{subject} is missing, and snapshots need what was in it; nothing was deleted",
			"Repair it: backup_projeto repair{place}. Then run a backup on each machine that still has the files: it stores again what is lost."},
		"prune-empty": {"the storage lists no snapshots at all, and there is data; nothing was deleted",
			"If that is wrong, the storage is at fault. If it is right, delete the whole folder or bucket instead."},
		"lock-length": {"it is not said for how long to lock", "Add --lock=30d, or set BACKUP_PROJETO_LOCK: the same length as for backups."},
		"lock-folder": {"{subject} is a folder, and locks exist only on S3", "In a folder it is the permissions that say who may delete what; or keep a second repository in a bucket with object lock (doc/s3.md)."},
		"lock-unraised": {"not every lock could be made one that nobody can undo[[: it takes {subject}]]",
			"What was due is lengthened as it was. Ask for that right for one run (doc/s3.md), and run the same command again. Or leave --lock-mode out: governance is enough where nobody has that right."},
		"lock-incomplete": {"not everything could be locked, or it could not be told what snapshots need; what could be is locked",
			"See what is damaged: backup_projeto verify{place}"},
		"marks-change": {"what prunes are about to delete changes faster than it can be read", "Run it again in a minute."},
	}
}

func enPrune() Prune {
	return Prune{
		Void: "count for nothing, delete", VoidLine: Plural{"%s snapshot of a device that was revoked before", "%s snapshots of devices that were revoked before"},
		Stored: "stored", Trash: "leave the trash for good", Sweep: "delete now", Condemn: "delete later, unused", Rewrite: "copy what is used of, delete later", Waiting: "waiting from earlier",
		Young: "too young to look at", Unused: "unused, but left", Requests: "requests, about",
		CondemnNow: "delete, unused", RewriteNow: "copy what is used of, delete", InTrash: "in the trash", Merge: "of these, small: merge",
		InTrashLine: Plural{"%s snapshot, until %s", "%s snapshots, the first until %s"},
		Cost:        "cost, at most", Once: "%[1]s once (prices of %[2]s)", OnceGiven: "%[1]s once", Early: "%[1]s of it for what is deleted before its %[2]s days",
		Monthly: "storage, a month", MonthlyNow: "%[1]s now", MonthlyLess: "%[1]s less after this", MonthlyMore: "%[1]s more after this", MonthlyLater: "%[1]s less later",
		MonthlyKept: "the bucket keeps versions, so what is deleted is billed until its rules take it away",
		Sum:         "%[1]s, %[2]s",
		Ask:         "Delete %[1]s now, and mark %[2]s to be deleted later?", AskNow: "Delete %[1]s now?",
		Done: "%[1]s deleted, %[2]s marked to be deleted later, in %[3]s", DoneNow: "%[1]s deleted, in %[2]s", Nothing: "There is nothing to free", DryRun: "Dry run: nothing was changed",
		Later:  "What is marked stays for the grace time, in case a running backup needs it; then free it with: %s",
		Locked: "locked", Hidden: Plural{"%s pack of these, %s: hidden now, and kept by the bucket until %s", "%s packs of these, %s: hidden now, and kept by the bucket until %s"},
		Refused:  Plural{"%s pack, %s: the storage refuses to delete it before %s", "%s packs, %s: the storage refuses to delete them before %s"},
		Versions: "The bucket keeps versions: what was deleted takes space until its lifecycle rule removes older versions. To see how much: %s",
	}
}

func enLock() Lock {
	return Lock{
		Looking: Plural{"Looking at locks; that takes %s request", "Looking at locks; that takes %s requests"},
		Needed:  "needed", Unlocked: "without a lock", Next: "first lock to end", Due: "to be locked anew", Weaker: "of these, from governance to compliance", Requests: "requests, at most",
		NeededLine: "%[1]s, %[2]s", NextLine: "%[1]s, of %[2]s", DueLine: "%[1]s, until %[2]s",
		Ask:    Plural{"Lock %s object until %s? That takes %s, and %s can take it back.", "Lock %s objects until %s? That takes %s, and %s can take it back."},
		Nobody: "nobody", Some: "only who has a special right",
		Count:  Plural{"%s request", "%s requests"},
		Done:   Plural{"%s object locked until %s, in %s", "%s objects locked until %s, in %s"},
		Raised: Plural{"%s of them was in governance mode, and nobody can undo its lock any more", "%s of them were in governance mode, and nobody can undo their locks any more"},
		Unraised: Plural{"%s object stays in governance mode, where someone with a special right can undo the lock",
			"%s objects stay in governance mode, where someone with a special right can undo the locks"},
		Firmer:     Plural{"%s object is locked in compliance mode, and stays so: nobody can change that", "%s objects are locked in compliance mode, and stay so: nobody can change that"},
		Nothing:    "Everything that snapshots need is locked for long enough",
		Everything: "what snapshots need cannot be told now, so everything is locked: %s",
		Remind:     "locks of what your snapshots need end from %[1]s on; lengthen them with: %[2]s",
	}
}
