// Package faulttest runs every operation of the engine on a store that fails, at each call that the operation makes, in each way that
// package faulty knows, and judges what became of the repository. It serves tests only, and works on Linux and macOS.
//
// Terms: an operation is what a command does with the engine (operations.go, prunes.go, keys.go, mends.go, repairs.go); a state is the
// repository, the machine's cache and the project before it (state.go); a machine is one run of it (machine.go); a point is one call of it
// and one fault (points.go); the verdict is what must hold after that (verdict.go).
//
// The verdict, at each point:
//
//   - the operation's error has the kind that fits the fault: Destination where the store failed, Damage where it lied about content,
//     Interrupted where it was interrupted; and what it says it did, when it gives no error, was done;
//   - no object was written with other content than before;
//   - on a machine that has heard of nothing, every snapshot that was ever reported as saved is restored byte for byte, and verify finds nothing
//     wrong in all packs;
//   - what was restored into has each file as it was before or as the snapshot has it;
//   - the same operation on the same machine, when the store works again, succeeds, and all of this holds again.
//
// The test of this package runs it over a store in memory; that of package storage/s3 over a real server behind a proxy that
// disturbs what passes.
package faulttest
