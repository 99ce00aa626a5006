// Package lifetest lets a small team's repository live for years within seconds, by the clock of a testing/synctest bubble. It holds tests only.
//
// Terms: a world is one life, whose choices a seed makes; a machine is a device with a key, a cache and a clock, which may be wrong; a desk is a
// project's folder on a machine; the stock is what files' contents are taken from, new ones and such as were given up, so that what is dead in
// the repository comes alive again; a line is one operation's connection to the store, which may go dead or let it wait for days. A snapshot is
// promised from the moment its backup reported it until 30 days after it was moved to the trash; a loss is told if a repair or a verify named it. An
// accident damages objects in the store; what follows is what people do: verify, repair, back up again.
//
// Each operation runs in a bubble of its own, which begins at the time of the machine's clock, so that one machine may be a year ahead, or
// behind. The store has the true time. Nothing in the engine knows of that.
//
// Map: life_test.go lives; world_test.go is the bubbles and the model of what is promised, place_test.go the store and lines,
// team_test.go machines and desks; work_test.go is what people do every day, rare_test.go what they do now and then, accident_test.go
// what befalls them; judge_test.go restores and compares, growth_test.go counts what piles up.
//
// Promises that are judged: whatever is promised restores byte for byte, but for what was told; a verify tells of an accident, and of nothing
// else; objects are never written anew with other content; and however many years pass, what is stored is within a bound of what snapshots need, and
// the objects of every kind, the requests of every operation and the files of every cache are bounded by what there is now, not by what ever was.
package lifetest
