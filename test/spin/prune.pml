/* The protocol of backups and prunes (doc/adr/0004-prune-protocol.md), for spin. It is written from the description, not from the code:
 * internal/gc explores the code itself. tools/model/run checks it, and that leaving out each step is noticed.
 *
 * What is there at first: pack 0 with chunks 0 and 1, listed by index object 0, and snapshot 0, which needs chunk 0. Two backups save
 * chunk 1, and both chunks. A person may delete snapshot 0. Prunes rewrite what is partly dead, so that everything comes about.
 *
 * Switches: -DEXPIRE lets a prune take all sessions for dead; -DCRASHES=n kills up to n processes; -DFAILS=n fails up to n listings of a
 * prune and last looks of a backup. The bugs are the names in the #ifdefs. A listing is a set here, so one that repeats entries is nothing
 * new; internal/gc's explorer, over the code, which has lists, has those.
 */
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef ROUNDS1
#define ROUNDS1 2
#endif
#ifndef ROUNDS2
#define ROUNDS2 1
#endif

#define NP 8   /* packs: 0 at first; backups 1 2, 3 4; prunes 5 6, 7 */
#define NI 11  /* index objects: 0 at first; backups 1 2, 3 4; prunes copy 5 6, 9 and merge 7 8, 10 */
#define NS 5   /* snapshots: 0 at first; backups 1 2, 3 4 */
#define NM 6   /* marks: prunes 0 2, 4; their tombstones 1 3, 5 */
#define NF 4   /* sessions: backups 0 1, prunes 2 3 */
#define BIT(n) (1 << (n))
#define HAS(set, n) (((set) >> (n)) & 1)

byte chunks[NP];          /* of packs, once and for all; 0 is not there yet */
byte stored;              /* set of packs */
byte lists[NI];           /* of index objects: sets of packs */
short indexes;            /* set of index objects */
byte needs[NS];           /* of snapshots: sets of chunks */
byte snapshots, reported, dropped;
byte sessions;
byte knows[NF];           /* of sessions: sets of marks */
byte condemns[NM];        /* of marks: sets of packs */
byte marks, swept;        /* sets of marks */
byte crashes = CRASHES, fails = FAILS;

byte k_, listed_, have_;  /* of check, always 0 outside it */

/* check asserts what must hold in every state. */
inline check() {
  listed_ = 0; k_ = 0;
  do
  :: k_ < NI -> if :: HAS(indexes, k_) -> listed_ = listed_ | lists[k_] :: else fi; k_++
  :: else -> break
  od;
#ifndef EXPIRE
  assert((listed_ & ~stored) == 0);
#endif
  have_ = 0; k_ = 0;
  do
  :: k_ < NP -> if :: HAS(listed_ & stored, k_) -> have_ = have_ | chunks[k_] :: else fi; k_++
  :: else -> break
  od;
  k_ = 0;
  do
  :: k_ < NS ->
    if
    :: HAS(reported & ~dropped, k_) -> assert(HAS(snapshots, k_)); assert((needs[k_] & ~have_) == 0)
#ifndef EXPIRE
    :: else -> assert(!HAS(snapshots, k_) || (needs[k_] & ~have_) == 0)
#else
    :: else
#endif
    fi;
    k_++
  :: else -> break
  od;
  k_ = 0; listed_ = 0; have_ = 0
}

/* killed lets a process die before its next request. */
#define killed() if :: crashes > 0 -> crashes--; goto dead :: true fi

/* condemned sets out to what the marks in a set condemn. */
inline condemned(out, in) {
  out = 0; i = 0;
  do
  :: i < NM -> if :: HAS(in, i) -> out = out | condemns[i] :: else fi; i++
  :: else -> break
  od; i = 0
}

proctype Backup(byte me; byte want; bool remembers) {
  byte known = 0, bad = 0, index = 0, relies, missing, fresh, c, p, i, attempt = 0, pk, snap;
  bool present;
  if :: remembers -> d_step { known = marks } :: else fi;
  killed();
  d_step { sessions = sessions | BIT(me); knows[me] = known }
  killed();
  d_step { known = known | marks; condemned(bad, known) }
  killed();
  d_step {
    i = 0;
    do
    :: i < NI -> if :: HAS(indexes, i) -> index = index | lists[i] :: else fi; i++
    :: else -> break
    od; i = 0
  }
again: skip;
  d_step {
    pk = 1 + 2 * me + attempt; snap = pk;
    relies = 0; missing = 0; c = 0;
    do
    :: c < 2 ->
      if
      :: HAS(want, c) ->
        present = false; p = 0;
        do
        :: p < NP ->
          if
#ifdef COUNT_CONDEMNED
          :: !present && HAS(index, p) && HAS(chunks[p], c) -> present = true; relies = relies | BIT(p)
#else
          :: !present && HAS(index & ~bad, p) && HAS(chunks[p], c) -> present = true; relies = relies | BIT(p)
#endif
          :: else
          fi; p++
        :: else -> break
        od;
        if :: !present -> missing = missing | BIT(c) :: else fi
      :: else
      fi; c++
    :: else -> break
    od; c = 0; p = 0; present = false
  }
  if
  :: missing != 0 ->
    killed();
    d_step { chunks[pk] = missing; stored = stored | BIT(pk); relies = relies | BIT(pk); index = index | BIT(pk); check() }
    killed();
    d_step { lists[pk] = BIT(pk); indexes = indexes | BIT(pk); check() }
  :: else
  fi;
#ifdef LOOK_BEFORE
  killed();
  d_step { fresh = marks & ~known; known = known | marks; condemned(bad, fresh) }
  if :: (bad & relies) != 0 -> d_step { condemned(bad, known) } goto retry :: else -> d_step { condemned(bad, known) } fi;
#endif
#ifdef SESSION_EARLY
  d_step { sessions = sessions & ~BIT(me) }
#endif
  killed();
  d_step { needs[snap] = want; snapshots = snapshots | BIT(snap); check() }
#if !defined(NO_SECOND_LOOK) && !defined(LOOK_BEFORE)
  killed();
  if
  :: fails > 0 -> fails--; goto over
  :: d_step { fresh = marks & ~known; known = known | marks; condemned(bad, fresh) }
  fi;
  if
  :: (bad & relies) != 0 ->
    d_step { condemned(bad, known) }
    killed();
    d_step { snapshots = snapshots & ~BIT(snap); check() }
    goto retry
  :: else
  fi;
#endif
  d_step { reported = reported | BIT(snap); check() }
  goto over;
retry: skip;
  if :: attempt < 1 -> attempt++; goto again :: else fi;
over: skip;
  killed();
  d_step { sessions = sessions & ~BIT(me) }
dead: skip; /* what a process knew is no part of the state any more */
  d_step { known = 0; bad = 0; index = 0; relies = 0; missing = 0; fresh = 0; attempt = 0; pk = 0; snap = 0 }
}

/* list is what a listing gives; one that fails ends the prune, if it is not trusted. */
#ifdef TRUST_LISTING
#define list(into, what) if :: into = what :: fails > 0 -> fails--; into = 0 fi
#else
#define list(into, what) if :: into = what :: fails > 0 -> fails--; goto over fi
#endif

proctype Prune(byte me; byte rounds) {
  byte round = 0, seen, flying, live, packs, i, p, c, n, bad, ripe, needed, gone, lost, rewrite, copies, merged, home;
  byte have[NI];           /* what the index objects that were listed list */
  short objects, old;
  byte listed, snaps, stones;
  bool ok;
next: skip;
  killed();
  d_step { n = me - 2; sessions = sessions | BIT(me); knows[me] = 0 }
  killed();
  list(seen, marks);
#ifdef SNAPSHOTS_FIRST
  killed();
  list(snaps, snapshots);
#endif
  killed();
  list(flying, sessions & ~BIT(me));
#ifdef EXPIRE
  if
  :: flying != 0 -> d_step { sessions = sessions & ~flying; flying = 0 }
  :: true
  fi;
#endif
#ifdef IGNORE_SESSIONS
  flying = 0;
#endif
  if :: (flying & 12) != 0 -> goto over :: else fi; /* another prune */
#ifndef SNAPSHOTS_FIRST
  killed();
  list(snaps, snapshots);
#endif
  killed();
  if
  :: fails > 0 -> fails--; goto over
  :: d_step {
      i = 0; objects = indexes; listed = 0;
      do
      :: i < NI ->
        have[i] = 0;
        if :: HAS(objects, i) -> have[i] = lists[i]; listed = listed | lists[i] :: else fi; i++
      :: else -> break
      od; i = 0
    }
  fi;
  killed();
  list(packs, stored);
  /* what is decided */
  d_step {
    i = 0; live = 0;
    do
    :: i < NS -> if :: HAS(snaps, i) -> live = live | needs[i] :: else fi; i++
    :: else -> break
    od;
    condemned(bad, seen);
    i = 0; ripe = 0;
    do
    :: i < NM ->
      if
      :: HAS(seen, i) ->
        ok = true; p = 0;
        do
        :: p < NF -> if :: HAS(flying, p) && !HAS(knows[p], i) -> ok = false :: else fi; p++
        :: else -> break
        od;
        if :: ok -> ripe = ripe | condemns[i] :: else fi
      :: else
      fi; i++
    :: else -> break
    od;
    /* a live chunk is charged to its home, the first good pack, or else to all that have it */
    c = 0; needed = 0;
    do
    :: c < 2 ->
      if
      :: HAS(live, c) ->
        home = NP; p = 0;
        do
        :: p < NP -> if :: home == NP && HAS(packs & listed & ~bad, p) && HAS(chunks[p], c) -> home = p :: else fi; p++
        :: else -> break
        od;
        if
        :: home < NP -> needed = needed | BIT(home)
        :: else ->
          p = 0;
          do
          :: p < NP -> if :: HAS(packs & listed, p) && HAS(chunks[p], c) -> needed = needed | BIT(p) :: else fi; p++
          :: else -> break
          od
        fi
      :: else
      fi; c++
    :: else -> break
    od;
    gone = (packs | listed) & ripe & ~needed;
#ifdef FORGET_NEEDED
    gone = (packs | listed) & ripe;
#endif
    lost = (packs | listed) & ~bad & ~needed;
    p = 0; rewrite = packs & listed & ripe & needed;
    do
    :: p < NP ->
      if :: HAS(packs & listed & ~bad & needed, p) && (chunks[p] & ~live) != 0 -> rewrite = rewrite | BIT(p) :: else fi; p++
    :: else -> break
    od;
    /* live chunks of what is rewritten that no good pack has which stays */
    c = 0; copies = 0;
    do
    :: c < 2 ->
      ok = false; home = 0; p = 0;
      do
      :: p < NP ->
        if
        :: HAS(packs & listed, p) && HAS(chunks[p], c) ->
          if :: HAS(rewrite, p) -> home = 1 :: else fi;
          if :: HAS(~bad & ~rewrite & ~lost, p) -> ok = true :: else fi
        :: else
        fi; p++
      :: else -> break
      od;
      if :: HAS(live, c) && home == 1 && !ok -> copies = copies | BIT(c) :: else fi; c++
    :: else -> break
    od;
    i = 0; old = 0; merged = 0;
    do
    :: i < NI -> if :: (have[i] & gone) != 0 -> old = old | BIT(i); merged = merged | (have[i] & ~gone) :: else fi; i++
    :: else -> break
    od;
    i = 0;
    do :: i < NI -> have[i] = 0; i++ :: else -> break od;
    i = 0; p = 0; c = 0; home = 0; ok = false; live = 0; needed = 0; ripe = 0; snaps = 0; objects = 0; flying = 0
  }
  /* sweep */
#ifdef PACK_FIRST
  killed();
  d_step { stored = stored & ~gone; check() }
#endif
  if
  :: merged != 0 ->
    killed();
    d_step { i = 7 + 3 * n + round; lists[i] = merged; indexes = indexes | BIT(i); i = 0; check() }
  :: else
  fi;
  do
  :: old != 0 ->
    killed();
    d_step {
      i = 0;
      do :: !HAS(old, i) -> i++ :: else -> break od;
      old = old & ~BIT(i); indexes = indexes & ~BIT(i); i = 0; check()
    }
  :: else -> break
  od;
  p = 0;
  do
  :: p < NP && HAS(gone & packs, p) ->
    killed();
    d_step { stored = stored & ~BIT(p); p++; check() }
  :: p < NP && !HAS(gone & packs, p) -> p++
  :: p == NP -> break
  od;
  p = 0;
  /* bury: marks of which nothing is left */
  d_step {
    i = 0; stones = 0; old = 0;
    do
    :: i < NM ->
      if
      :: HAS(seen & ~swept, i) && (condemns[i] & (packs | listed) & ~gone) == 0 -> old = old | BIT(i); stones = stones | condemns[i]
      :: else
      fi; i++
    :: else -> break
    od; i = 0; gone = 0; merged = 0; packs = 0; listed = 0; seen = 0
  }
#ifndef NO_TOMBSTONE
  if
  :: stones != 0 ->
    killed();
    d_step { i = 1 + 4 * n + 2 * round; condemns[i] = stones; marks = marks | BIT(i); swept = swept | BIT(i); i = 0 }
  :: else
  fi;
#endif
  do
  :: old != 0 ->
    killed();
    d_step {
      i = 0;
      do :: !HAS(old, i) -> i++ :: else -> break od;
      old = old & ~BIT(i); marks = marks & ~BIT(i); i = 0
    }
  :: else -> break
  od;
  /* copy and condemn */
  if
  :: copies != 0 ->
    killed();
    d_step { p = 5 + 2 * n + round; chunks[p] = copies; stored = stored | BIT(p); check() }
    killed();
    d_step { i = 5 + 4 * n + round; lists[i] = BIT(p); indexes = indexes | BIT(i); i = 0; p = 0; check() }
  :: else
  fi;
  if
  :: ((lost | rewrite) & ~bad) != 0 ->
    killed();
    d_step { i = 4 * n + 2 * round; condemns[i] = (lost | rewrite) & ~bad; marks = marks | BIT(i); i = 0 }
  :: else
  fi;
over: skip;
  d_step { seen = 0; flying = 0; snaps = 0; packs = 0; objects = 0; listed = 0; gone = 0; lost = 0; rewrite = 0; bad = 0; copies = 0; merged = 0;
    stones = 0; i = 0;
    do :: i < NI -> have[i] = 0; i++ :: else -> break od;
    i = 0 }
  killed();
  d_step { sessions = sessions & ~BIT(me) }
  if :: round + 1 < rounds -> round++; goto next :: else fi;
dead: skip;
  d_step { seen = 0; flying = 0; snaps = 0; packs = 0; objects = 0; listed = 0; gone = 0; lost = 0; rewrite = 0; bad = 0; copies = 0; merged = 0;
    stones = 0; old = 0; p = 0; n = 0; round = 0; i = 0;
    do :: i < NI -> have[i] = 0; i++ :: else -> break od;
    i = 0 }
}

/* Person deletes the first snapshot, or does not. */
proctype Person() {
  if
  :: d_step { snapshots = snapshots & ~BIT(0); dropped = dropped | BIT(0); check() }
  :: true
  fi
}

init {
  d_step {
    chunks[0] = 3; stored = 1; lists[0] = 1; indexes = 1; needs[0] = 1; snapshots = 1; reported = 1;
  }
  atomic {
    run Backup(0, 2, false);
#ifndef ONE_BACKUP
    run Backup(1, 3, true);
#endif
    run Prune(2, ROUNDS1);
#if ROUNDS2 > 0
    run Prune(3, ROUNDS2);
#endif
    run Person()
  }
}
