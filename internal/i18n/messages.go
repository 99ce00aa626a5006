package i18n

import "backup_projeto/internal/core"

// Catalog is every message of one language.
type Catalog struct {
	Lang     Lang
	General  General
	Help     Help
	Backup   Backup
	Restore  Restore
	Verify   Verify
	Browse   Browse
	Keys     Keys
	Retain   Retain
	Prune    Prune
	Repair   Repair
	Parity   Parity
	Lock     Lock
	Flags    map[string]FlagText     // by the English flag
	Commands map[string]CommandText  // by the English command, "" for the program, "key add" for one below
	Errors   map[core.Code]ErrorText // by code
	Kinds    map[core.Kind]KindText  // by kind: every kind has one
}

// FlagText is a flag's help. Value is the word for its value, Default says the default where the value itself does not.
type FlagText struct{ Value, Help, Default string }

// CommandText is a command's help. Args is what follows its name; each example is a line to type, without the program's name.
type CommandText struct {
	Args, Short, Long string
	Examples          []string
}

// KindText names a kind of error in the table of exit codes, and gives the text for errors that have no better one.
type KindText struct {
	Name string
	Text ErrorText
}

// General is what every command may say.
type General struct {
	Error, Hint, Warning string
	None, Yes, No        string
	MoreLines            Plural // lines left out of a long list
	Others               string // the rest of a list of names
	YesNo                string // how to answer a question
	YesLetters           string // first letters that agree
	Declined             string
	Progress             Progress
	SecretReadable       string // a secret's file that others can read: the file, the command that mends it
	Technical            string // the technical detail of an error, with --verbose
	// What the operating system says most often.
	NoPermission, NotThere, DiskFull, ReadOnly, NotFolder, IsFolder string
	Refused, Unreachable, NoHost, TimedOut                          string
	UnknownVariable, NearVariable                                   string // a variable; and the one that was probably meant
}

// Progress is the words of the progress line.
type Progress struct {
	Files Plural
	Left  string // how much time remains
	Of    string // done, of all
}

// Help is the words of the help pages and the man page.
type Help struct {
	Usage, Commands, Aliases, Examples, ExitCodes, Variables   string
	GroupWhere, GroupSave, GroupRestore, GroupVerify           string
	GroupKeys, GroupShow, GroupOutput, GroupRetain, GroupPrune string
	GroupParity                                                string
	GroupRepair                                                string
	HelpFlag                                                   string
	HelpCommand                                                CommandText
	Default                                                    string // the default: %s
	NoDefault                                                  string
	EverySnapshot                                              string // the default of --snapshot for find
	Twin                                                       string // the flag's name in the other language: %s
	TwinCommand                                                string
	More                                                       string // where to read more: %s
	VariablesText                                              string
	SecretsText                                                string
	CommandArg, FlagsArg                                       string
	Manual, Name, Synopsis, Description, Files                 string
}

// Backup is what a backup says.
type Backup struct {
	Start                            string // project, place
	Saved, DryRun                    string // id, project, place
	Partial                          Plural // entries that could not be read
	Unread                           string // path, reason
	Torn, Grown                      string // path
	Files, Read, Stored, Time        string // labels
	Requests, Excluded               string
	New, Changed, Removed, Unchanged Plural
	AllRead                          string // files that there was nothing to compare with
	AskHome                          string // folder
	Entries                          Plural
	Smaller                          string // how many times smaller
	NothingNew                       string
	WouldStore                       string // bytes
	Copied                           string // the folder that this one is a copy of
	RequestsLine                     string // requests, sent, received
	ExcludedLine                     string // rule, entries, first
	Reasons                          map[string]string
	Rules                            map[string]string // of exclusion
}

// Restore is what a restore says.
type Restore struct {
	Start                                  string // id, project, date, folder
	Plan, DryRun, NothingToDo              string
	Create, Overwrite, Keep, Metadata      string // labels of the plan
	Entries                                Plural
	Ask                                    Plural
	Safety                                 string // id of the snapshot taken first
	Done                                   string // id, folder
	Written, Fetched, Verified, Time, Undo string
	Failed                                 string // path, reason
}

// Verify is what verify says.
type Verify struct {
	Start, Healthy                              string
	Damaged                                     Plural
	Structure, Data, Coverage, Sample, Time     string // labels
	StructureLine, DataLine                     string
	CoverageLine                                string // packs proven, of packs, bytes, of bytes, when
	Never, Bad                                  string // in the place of when a pack was proven
	SampleLine                                  Plural // and then how many of them with the live file
	Unlisted, UnlistedLine                      string // packs, bytes
	Aside                                       string
	AsideLine                                   Plural // and then bytes
	Everything                                  string // of a snapshot
	Disowned                                    Plural // objects, and then the command that deletes them
	Object, SuffersMore                         string
	Suffers                                     string // file, snapshot
	NoFile                                      string // damage that no file suffers
	Snapshots, Trees, Chunks, Packs, FilesCount Plural
}

// Browse is what snapshots, ls, diff, find and stats say.
type Browse struct {
	ColumnID, ColumnDate, ColumnProject, ColumnHost, ColumnFiles, ColumnSize, ColumnTags string
	NoSnapshots, OtherProjects                                                           string
	Revoked                                                                              string
	Disowned                                                                             Plural // snapshots, and then the command that deletes them
	Partial, Safety                                                                      string
	Snapshots, Projects                                                                  Plural
	DiffHead                                                                             string
	Added, Removed, Modified, Metadata                                                   Plural
	NoDifference                                                                         string
	NoMatch                                                                              string
	StatsContent, StatsStored, StatsRatio, StatsPlace, StatsSnapshots                    string
	StatsID                                                                              string
	AsOf                                                                                 string // place, moment
	StatsVersions, StatsVersionsLine                                                     string // bytes, versions
	Versions                                                                             Plural
	Rewritten                                                                            Plural // and then the first of them
	StatsContentLine                                                                     string // in all snapshots, in the last of each project
	Objects                                                                              Plural
	VersionLine                                                                          string
}

// Keys is what is said about keys and secrets.
type Keys struct {
	Created, CodeIntro, CodeAdvice, PassphraseIntro    string
	DeviceKey                                          string
	AskNew, AskAgain, AskSecret                        string
	ColumnID, ColumnLock, ColumnLabel, ColumnCreated   string
	ColumnLast, LastBackup                             string // date, project
	LockPassphrase, LockRecovery, LockDevice           string
	LockUnknown                                        string
	Missing                                            string
	RevokedOn, RemovedOn, AdmittedOn                   string // date
	AskRevoke, AskRevokeOwn, Revoked                   string
	RevokedWriter                                      string // the command to type
	RevokedReader, AskAdmit, Admitted                  string
	AdmittedUnread                                     string // the command to type
	WriteOnly, ThisDevice                              string
	Added, Removed, Changed                            string
	KitTitle, KitRepository, KitPlace, KitCode, KitUse string
	AskRemove, AskRemoveOwn                            string
	AskBucket, AskFolder, AskNotEmpty                  string
	AskUsed                                            string // place in a bucket
	AskShow, TryAgain                                  string
	FileWritten, FileUse                               string
	Joined, NotJoined                                  string
	SlotDamaged, Admit                                 string
	DeviceUnreadable                                   string // where, reason
	NotDeviceKey, SystemKeyring                        string
	NoneHere                                           string // place
}

// Retain is what retain, pin, unpin and undelete say.
type Retain struct {
	Group            string // project, device
	Kept, Dropped    string
	Rules            map[string]string // that keep
	Doubtful         string
	Run              Plural // dropped snapshots in one line
	Plan             string // how many are kept, how many dropped
	Ask, Moved       Plural
	Back             string // the command that brings one back
	Nothing, DryRun  string
	NotApplied       string // reason
	Pinned, Already  string // id, project
	Unpinned, Not    string // id, project
	NoPins, NoTrash  string
	ColumnPinned     string
	ColumnDropped    string
	ColumnUntil      string
	Undeleted        string // id, project
	Unreadable, Gone string // id, reason; a pinned snapshot that is not there
}

// Parity is what parity says, and others of it.
type Parity struct {
	Setting, Packs, Protected, Stored, Read, Write, Delete, Requests string // labels
	SettingLine                                                      string // what was, and what is to be
	None                                                             string
	Objects                                                          Plural
	Ask                                                              string // bytes read, bytes written, bytes deleted
	Done                                                             string // what was written, deleted and mended, time
	Written, Deleted, Mended                                         Plural
	Nothing, DryRun                                                  string
	Differs                                                          string // what is, what was asked for, the command
	Healed                                                           string // object, the command
	Refused                                                          string // object, the command
	Label, Without                                                   string // label of verify's line; share, packs, the command
	All                                                              string // share
	Anew                                                             string // the command
	Mends                                                            string // the command
	Prune                                                            string // label of prune's line
}

// Repair is what repair says.
type Repair struct {
	Start                                                                     string
	List, Unproven, Gone, Hurt, False, Mendable, Condemn, PutBack, Aside, Ask string // labels of the plan, and the question
	Done                                                                      string // packs listed, packs mended, objects put back, blocks saved, objects aside, time
	Nothing, DryRun                                                           string
	Lost                                                                      string // file in snapshot, object, reason
	Left                                                                      Plural
	Healed                                                                    string // label, too
	Remains                                                                   string // object, reason
	Settings                                                                  string // share, the command to type
	Kept                                                                      string // what is aside, as verify says it; the command to type
}

// Prune is what prune says.
type Prune struct {
	Stored, Trash, InTrash, Sweep, Condemn, Rewrite, Merge, Waiting, Young, Unused, Requests string // labels of the plan
	CondemnNow, RewriteNow                                                                   string // labels, where these are deleted at once
	Void                                                                                     string // a label, too
	VoidLine                                                                                 Plural
	InTrashLine                                                                              Plural // snapshots, and then a moment
	Cost, Monthly                                                                            string // labels, too
	Once, OnceGiven                                                                          string // amount, the date of the prices
	Early                                                                                    string // amount, days
	MonthlyNow, MonthlyLess, MonthlyMore, MonthlyLater                                       string // amount
	MonthlyKept                                                                              string
	Sum                                                                                      string // packs, bytes
	Ask                                                                                      string // bytes deleted, bytes condemned
	AskNow                                                                                   string // bytes deleted
	Done                                                                                     string // bytes deleted, bytes condemned, time
	DoneNow                                                                                  string // bytes deleted, time
	Nothing, DryRun                                                                          string
	Later                                                                                    string // the command to type
	Locked                                                                                   string // label
	Hidden, Refused                                                                          Plural // and then bytes, until when
	Versions                                                                                 string // the command that shows them
}

// Lock is what lock says.
type Lock struct {
	Looking                               Plural // requests
	Needed, Unlocked, Next, Due, Requests string // labels of the plan
	Weaker                                string // label, too
	Raised, Unraised, Firmer              Plural
	NeededLine                            string // objects, bytes
	NextLine                              string // moment, object
	DueLine                               string // how many, until when
	Ask                                   Plural // and then until when, requests, who can undo it: Nobody or Some
	Nobody, Some                          string
	Count                                 Plural // requests
	Done                                  Plural // and then until when, time
	Nothing                               string
	Everything                            string // reason
	Remind                                string // moment, the command to type
}
