// Package crowdtest lets many machines use one repository at once: real processes of the program, each machine with a home, a key and, on
// S3, a network of its own, that back up projects with content in common while others prune, verify and restore, and all of them are
// killed, put to sleep and cut off at random. It holds tests only.
//
// Terms: the stock is what files' contents are taken from; its window moves on, and within it content goes from project to project, so
// that what was dead in the repository comes alive again while it is being deleted. A snapshot is saved if its backup printed its id. It may be
// dropped once a retain printed that it would drop it. Trouble is a kill (SIGKILL), a sleep (SIGSTOP, then SIGCONT), a partition (nothing gets
// through, in both directions or only the answers, and then the connections break) or a slow link. A machine is calm while it gets none.
//
// Map: crowd_test.go runs it and judges; work_test.go is what each machine does; machine_test.go starts processes and troubles them;
// project_test.go makes projects and compares what is restored; relay_test.go is the network, and hosts_linux_test.go hosts in namespaces.
//
// Promises that are judged: whatever is saved and was not dropped restores byte for byte, at any moment and at the end; no verify ever finds
// damage, and no program ends in another way than its trouble explains; when all is calm one backup of each machine and one prune leave no
// session behind.
package crowdtest
