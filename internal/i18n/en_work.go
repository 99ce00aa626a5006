package i18n

func enBackup() Backup {
	return Backup{
		Start:   "Saving %[1]s to %[2]s",
		Saved:   "Snapshot %[1]s of %[2]s saved in %[3]s",
		DryRun:  "Dry run of %[2]s to %[3]s: nothing was stored",
		Partial: Plural{"%s entry could not be read", "%s entries could not be read"},
		Unread:  "%[1]s was not saved: %[2]s",
		Torn:    "%[1]s was saved, but kept changing while it was read: its content may not fit together",
		Grown:   "%[1]s grew while it was read; it was saved as it was before",
		Files:   "files", Read: "read", Stored: "stored", Time: "time", Requests: "requests", Excluded: "left out",
		New: Plural{"%s new", "%s new"}, Changed: Plural{"%s changed", "%s changed"},
		Removed: Plural{"%s removed", "%s removed"}, Unchanged: Plural{"%s unchanged", "%s unchanged"},
		AskHome: "%s holds your whole home folder. Save all of it as one project?",
		AllRead: "%s, all read: this machine has no earlier backup of this folder",
		Entries: Plural{"%s entry", "%s entries"},
		Smaller: "%s times smaller", NothingNew: "nothing new", WouldStore: "%s of new content, before compression",
		Copied:       "This folder is a copy of %s, which keeps its own history; this one begins a new project",
		RequestsLine: "%[1]s (%[2]s sent, %[3]s received)",
		ExcludedLine: "%[1]s: %[2]s, the first is %[3]s",
		Reasons: map[string]string{"permission": "no permission", "vanished": "it vanished meanwhile", "changed": "it became something else meanwhile",
			"io": "the disk failed", "unsupported": "this kind of entry is not supported"},
		Rules: map[string]string{"cachedir-tag": "cache folders (CACHEDIR.TAG)", "one-file-system": "other disks", "max-size": "too large",
			"repository": "the repository itself"},
	}
}

func enRestore() Restore {
	return Restore{
		Start: "Restoring snapshot %[1]s of %[2]s, %[3]s, into %[4]s",
		Plan:  "The plan", DryRun: "Dry run: nothing was written", NothingToDo: "Everything is there already, identical; nothing was written",
		Create: "create", Overwrite: "replace", Keep: "leave alone", Metadata: "only permissions and dates",
		Entries: Plural{"%s entry", "%s entries"},
		Ask:     Plural{"Replace %s entry that differs? The present state is saved first.", "Replace %s entries that differ? The present state is saved first."},
		Safety:  "The present state was saved as snapshot %s",
		Done:    "Snapshot %[1]s restored into %[2]s",
		Written: "written", Fetched: "fetched", Verified: "checked", Time: "time", Undo: "To undo it: %s",
		Failed: "%[1]s was not restored as it should be: %[2]s",
	}
}

func enVerify() Verify {
	return Verify{
		Start:     "Checking %s",
		Healthy:   "No damage found in %s",
		Damaged:   Plural{"%s damaged object", "%s damaged objects"},
		Structure: "structure", Data: "data", Coverage: "proven", Sample: "on trial", Time: "time",
		StructureLine: "%[1]s, %[2]s, %[3]s, %[4]s",
		DataLine:      "%[1]s read and authenticated (%[2]s)",
		CoverageLine:  "%[1]s of %[2]s, %[3]s of %[4]s, in this run and earlier ones; the oldest proof is of %[5]s",
		Never:         "never", Bad: "damaged",
		SampleLine: Plural{"%s file restored and compared, %s with the live one", "%s files restored and compared, %s of them with the live one"},
		Unlisted:   "unlisted", UnlistedLine: "%[1]s of an interrupted backup (%[2]s); no damage",
		Disowned: Plural{"%s object counts for nothing: its device was revoked. It is deleted in time by %s", "%s objects count for nothing: their device was revoked. They are deleted in time by %s"},
		Aside:    "set aside", AsideLine: Plural{"%s object that a repair found damaged (%s), below aside/", "%s objects that repairs found damaged (%s), below aside/"},
		Everything:  "everything",
		Object:      "damaged: %[1]s (%[2]s)",
		SuffersMore: "… and %s more",
		Suffers:     "%[1]s in snapshot %[2]s",
		NoFile:      "no snapshot's file suffers from it",
		Snapshots:   Plural{"%s snapshot", "%s snapshots"}, Trees: Plural{"%s folder", "%s folders"},
		Chunks: Plural{"%s block", "%s blocks"}, Packs: Plural{"%s pack", "%s packs"}, FilesCount: Plural{"%s file", "%s files"},
	}
}

func enBrowse() Browse {
	return Browse{
		Disowned: Plural{"%s snapshot counts for nothing: its device was revoked. It is deleted in time by %s", "%s snapshots count for nothing: their device was revoked. They are deleted in time by %s"},
		ColumnID: "ID", ColumnDate: "DATE", ColumnProject: "PROJECT", ColumnHost: "DEVICE", ColumnFiles: "FILES", ColumnSize: "SIZE", ColumnTags: "NOTES",
		NoSnapshots:   "There are no snapshots yet",
		OtherProjects: "No snapshot of this folder's project; here are those of every project",
		Revoked:       "device revoked",
		Partial:       "partial", Safety: "before a restore",
		Snapshots: Plural{"%s snapshot", "%s snapshots"}, Projects: Plural{"%s project", "%s projects"}, Matches: Plural{"%s match", "%s matches"},
		DiffHead: "From %[1]s to %[2]s",
		Added:    Plural{"%s added", "%s added"}, Removed: Plural{"%s removed", "%s removed"}, Modified: Plural{"%s changed", "%s changed"},
		Metadata:     Plural{"%s with other permissions or dates only", "%s with other permissions or dates only"},
		NoDifference: "The two snapshots hold the same",
		NoMatch:      "Nothing matches",
		StatsContent: "content", StatsStored: "stored", StatsPacks: "packs", StatsRatio: "together", StatsPlace: "place", StatsSnapshots: "snapshots",
		StatsID: "repository", StatsContentLine: "%[1]s in all snapshots, %[2]s in the latest of each project",
		Objects: Plural{"%s object", "%s objects"}, Versions: Plural{"%s version", "%s versions"},
		StatsVersions: "older versions", StatsVersionsLine: "%[1]s in %[2]s of what was deleted or replaced; a lifecycle rule of the bucket removes them",
		Rewritten: Plural{"%s object was replaced by other content, which this program never does: see who may write there, and read the repository as it was before with --as-of. It is %s",
			"%s objects were replaced by other content, which this program never does: see who may write there, and read the repository as it was before with --as-of. The first is %s"},
		AsOf:        "Looking at %[1]s as it was on %[2]s",
		VersionLine: "backup_projeto %[1]s, %[2]s, %[3]s",
	}
}

func enKeys() Keys {
	return Keys{
		Created:         "A new repository was created in %s",
		CodeIntro:       "This is its recovery code. It is shown only now:",
		CodeAdvice:      "Print it or write it down, and keep it away from this machine. It opens your backups on any machine; if you lose it and this machine too, nobody can open them, and neither can you. To see it again here:",
		PassphraseIntro: "It opens with your passphrase too.",
		DeviceKey:       "This machine's own key is in %s",
		AskPassphrase:   "Passphrase: ", AskNew: "New passphrase: ", AskAgain: "Once more: ", AskSecret: "Recovery code or passphrase: ",
		ColumnID: "ID", ColumnLock: "KIND", ColumnLabel: "NAME", ColumnCreated: "CREATED",
		ColumnLast: "LAST BACKUP", LastBackup: "%[1]s of %[2]s", LockUnknown: "device without a key",
		Missing:   "missing in the repository",
		RevokedOn: "revoked %s", RemovedOn: "removed %s", AdmittedOn: "admitted %s",
		AskRevoke:      "Revoke key %[1]s (%[2]s)? What it has saved until now stays, and nothing that it saves from now on counts.",
		AskRevokeOwn:   "Revoke key %[1]s (%[2]s), which is this machine's own? What it has saved until now stays; then this machine opens the repository only with a passphrase or the recovery code.",
		Revoked:        "Key %s revoked",
		RevokedWriter:  "Take away what that device may do in the store. It could read nothing back. What it says it has stored other devices count on only once it was read: %s",
		RevokedReader:  "Take away what that device may do in the store. It could read everything, and who has its key still can, with a copy of the store; it could also make keys. If it is in other hands, make a new repository.",
		AskAdmit:       "Let what device %s has saved until now count, although the repository has no key of it?",
		Admitted:       "What device %s has saved until now counts again",
		AdmittedUnread: "No backup counts on what it has stored, and so stores it again, until it was read: %s",
		LockPassphrase: "passphrase", LockRecovery: "recovery code", LockDevice: "device",
		WriteOnly: "write-only", ThisDevice: "this machine",
		Added: "Key %s added", Removed: "Key %s removed", Changed: "The passphrase was changed",
		KitTitle: "Recovery kit of a backup_projeto repository", KitRepository: "repository", KitPlace: "place", KitCode: "code",
		KitUse:           "On any machine, in an empty folder: install backup_projeto, run this, and type the code when asked:",
		AskRemove:        "Remove key %[1]s (%[2]s)?",
		AskRemoveOwn:     "Remove key %[1]s (%[2]s), which is this machine's own? Then this machine opens the repository only with a passphrase or the recovery code.",
		AskBucket:        "Bucket %s does not exist. Create it?",
		AskFolder:        "Folder %s does not exist, nor does the one above it; perhaps a disk is missing. Create it?",
		AskNotEmpty:      "Folder %s holds other things, and no repository. Create one in it?",
		AskShow:          "The recovery code opens every backup. Show it on this screen?",
		TryAgain:         "That does not open it. Try again.",
		FileWritten:      "The key is in %s; keep it secret",
		FileUse:          "On the other machine, put the file where only its user can read it and set %s to its path.",
		Joined:           "This machine now has a key of its own, in %s; the next time you will not be asked",
		SlotDamaged:      "the key of this machine in the repository (%[1]s) is damaged or missing. Put it right: %[2]s",
		Admit:            "If that device is yours, let what it saved count again: %s",
		NotJoined:        "this machine could not be given a key of its own, so it will ask again: %s",
		DeviceUnreadable: "this machine's key in %[1]s is of no use: %[2]s",
		NoneHere:         "This machine has no key of %s yet",
		NotDeviceKey:     "it is not a key of this repository", SystemKeyring: "the system's keyring",
	}
}
