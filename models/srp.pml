/* Rings with many readers that never lose a block (ring-format.md: "Reader table", "Who holds the producer back",
   "Joining", "Leaving and dying", "Sleeping with a table", "Death").

   Scaled down: the ring holds two blocks of one byte, a block's number is its position, positions count modulo 4, which
   tells all positions apart that can meet in a ring of two. Position words are whole (publish.pml takes them apart).
   Readers join from what is published or from the oldest block, read, sleep, leave, join again, and are killed between
   any two of their accesses to shared memory once their claim is known to who evicts them. The producer batches, sleeps
   when there is no room, and is killed and taken over. It ends the ring whenever it likes. Deaths and joins are bounded.

   Properties: a reader gets every block behind its first one, in order, whole; nobody who keeps to the format is
   evicted; nobody sleeps for ever, whoever dies (else there is an end state in which a process has not ended).

   Check -DREADERS=2 -DSLOTS=1 -DJOINS=2 -DDEATHS=1
   Check -DREADERS=2 -DSLOTS=2 -DJOINS=1 -DDEATHS=1 */
#define MOD 4
#define CAP 2
#define DIST(a, b) (((b) + MOD - (a)) % MOD)
#define FREE 0
#define CLAIMED 1
#define ACTIVE 2
#define JOINING 3

/* The header, written by the producer. */
byte published, intent, tailWord;
bool ended;
byte cell[CAP];
/* The reader table. */
byte sleepers;
bool writerSleeps;
byte state[SLOTS], epoch[SLOTS], position[SLOTS], wake[SLOTS];
/* Who sleeps on a word (a futex): changing the word does not wake, only a call does. */
bool producerAsleep, asleep[SLOTS];

byte deaths;

#define DIE_P if :: deaths > 0 -> deaths--; goto killed :: true fi
#define DIE_R if :: deaths > 0 -> deaths--; goto killed :: true fi

/* Whoever ends an epoch, its reader or who evicts it, and nobody twice. `done`: it was us. */
inline endEpoch(s, e) {
#ifdef MUTANT_FREE_BEFORE_THE_EPOCH
  if
  :: epoch[s] == e ->
     atomic { if :: state[s] != FREE -> state[s] = FREE; done = true :: else fi }
     if :: done -> epoch[s]++ :: else fi
  :: else
  fi
#else
  atomic { if :: epoch[s] == e -> epoch[s]++; done = true :: else fi }
#endif
}

inline wakeWriter() {
  if
  :: writerSleeps ->
     atomic { found = writerSleeps; writerSleeps = false }
     DIE_R;
     if :: found -> producerAsleep = false; found = false :: else fi
  :: else
  fi
}

/* Moves the position on, then looks whether the producer sleeps. */
inline release() {
#ifdef MUTANT_FLAG_BEFORE_THE_POSITION
  found = writerSleeps;
  position[s] = own;
  if :: found -> writerSleeps = false; producerAsleep = false; found = false :: else fi;
#else
  position[s] = own;
  DIE_R;
  wakeWriter();
#endif
  assert(epoch[s] == e)
}

proctype reader(byte id) {
  byte s, e, own, known, value, joins = JOINS;
  bool done, found, last;

join:
  if :: joins == 0 -> goto finished :: else -> joins-- fi;
  /* 1. A free slot. */
  if
  :: atomic { SLOTS > 1 -> s = id % SLOTS; state[s] == FREE -> state[s] = CLAIMED }
  :: atomic { SLOTS == 1 && state[0] == FREE -> s = 0; state[0] = CLAIMED }
  fi;
  atomic { epoch[s]++; e = epoch[s] }
  DIE_R;
#ifdef MUTANT_ACTIVE_BEFORE_ITS_POSITION
  own = published;
  position[s] = own;
  atomic { assert(state[s] == CLAIMED); state[s] = ACTIVE }
  assert(epoch[s] == e);
#else
#ifdef MUTANT_POSITION_BEFORE_JOINING
  own = published;
#endif
  /* 2. From now on every look of the producer sees this slot. */
  atomic { assert(state[s] == CLAIMED); state[s] = JOINING }
  assert(epoch[s] == e);
#endif
  DIE_R;
  /* 3, 4. Where it begins. */
#ifndef MUTANT_POSITION_BEFORE_JOINING
  if :: own = published :: own = tailWord fi;
#endif
  position[s] = own;
  DIE_R;
#ifndef MUTANT_ACTIVE_BEFORE_ITS_POSITION
  atomic { assert(state[s] == JOINING && epoch[s] == e); state[s] = ACTIVE }
  DIE_R;
#endif
  wakeWriter();
  known = own;

  do
  :: own != known ->
     /* A block, used in place. */
     assert(cell[own % CAP] == own);
     own = (own + 1) % MOD
  :: own == known ->
     known = published;
     assert(DIST(own, known) <= CAP);
     if
     :: own != known
     :: own == known ->
        /* Nobody sleeps on what it could release. */
#ifndef MUTANT_SLEEPS_ON_WHAT_IT_HAS_READ
        if :: position[s] != own -> release() :: else fi;
#endif
        if
        :: last -> break
        :: ended -> last = true
        :: !ended && !last ->
           /* Sleeps. */
           value = wake[s];
           DIE_R;
           sleepers = sleepers | (1 << s);
           DIE_R;
#ifndef MUTANT_READER_LOOKS_NOT_AGAIN
           if
           :: published != known || ended
           :: else ->
#endif
              atomic { if :: wake[s] == value -> asleep[s] = true :: else fi }
              if
              :: !asleep[s]
              :: deaths > 0 -> deaths--; goto killed
              fi;
#ifndef MUTANT_READER_LOOKS_NOT_AGAIN
           fi;
#endif
           sleepers = sleepers & ~(1 << s)
        fi
     fi
  :: position[s] != own -> release()
  :: true -> break
  od;

  /* Leaves. Freeing the slot comes last: then the ring's memory may be gone. */
  sleepers = sleepers & ~(1 << s);
  DIE_R;
  endEpoch(s, e);
  assert(done);
  DIE_R;
  wakeWriter();
  state[s] = FREE;
  done = false;
  /* It may die now, too. */
  if :: true -> goto evict :: true -> skip fi;
  goto again;

killed:
  asleep[s] = false;
evict:
  /* Who evicts the dead knows its claim. Perhaps it has left. */
  found = false;
  endEpoch(s, e);
  if
  :: done ->
#ifndef MUTANT_BIT_CLEARED_AFTER_FREEING
     sleepers = sleepers & ~(1 << s);
#endif
#ifdef MUTANT_EVICTS_BUT_WAKES_BY_THE_FLAG
     atomic { if :: writerSleeps -> writerSleeps = false; producerAsleep = false :: else fi };
#else
     writerSleeps = false;
     producerAsleep = false;
#endif
     state[s] = FREE;
#ifdef MUTANT_BIT_CLEARED_AFTER_FREEING
     sleepers = sleepers & ~(1 << s);
#endif
     done = false
  :: else
  fi;
again:
  own = 0; known = 0; value = 0; last = false; s = 0; e = 0;
  goto join;
finished:
  skip
}

proctype producer() {
  byte at, own, tail, least, s, e, mask;
  bool sleeping;
  goto begin;

killed:
  producerAsleep = false;
  at = 0; tail = 0; least = 0; s = 0; e = 0; mask = 0; sleeping = false;
begin:
  own = published;
  at = own;
#ifdef MUTANT_TAIL_BELIEVED
  tail = tailWord;
#else
  /* Nothing behind this has been overwritten. Readers are asked before anything is. */
  tail = (intent + MOD - CAP) % MOD;
#endif
#ifndef MUTANT_TAKES_OVER_QUIETLY
  /* Who was just about to be woken. */
  s = 0;
  do
  :: s < SLOTS -> wake[s] = (wake[s] + 1) % MOD; DIE_P; asleep[s] = false; s++
  :: else -> break
  od;
  s = 0;
#endif

  do
  :: DIST(tail, at) < CAP ->
     intent = (at + 1) % MOD;
     DIE_P;
     cell[at % CAP] = at;
     DIE_P;
     at = (at + 1) % MOD
  :: DIST(tail, at) >= CAP && at == own ->
renew:
     /* Who holds the producer back. */
#ifndef MUTANT_TAIL_NOT_RAISED_FIRST
     tailWord = own;
     DIE_P;
#endif
     least = 0;
     s = 0;
     do
     :: s < SLOTS ->
        e = epoch[s];
        if
        :: e % 2 == 1 ->
           if
           :: state[s] == ACTIVE ->
              atomic {
                if
                :: DIST(position[s], own) > CAP -> assert(epoch[s] != e)
                :: else -> if :: DIST(position[s], own) > least -> least = DIST(position[s], own) :: else fi
                fi
              }
#ifndef MUTANT_JOINING_HOLDS_NOBODY
           :: state[s] == JOINING ->
              if :: DIST(tail, own) > least -> least = DIST(tail, own) :: else fi
#endif
           :: else
           fi
        :: else
        fi;
        s++
     :: else -> break
     od;
     s = 0; e = 0;
     tail = (own + MOD - least) % MOD;
     least = 0;
     tailWord = tail;
     DIE_P;
     if
     :: DIST(tail, at) < CAP -> if :: sleeping -> writerSleeps = false; sleeping = false :: else fi
     :: DIST(tail, at) >= CAP && !sleeping ->
        writerSleeps = true;
        DIE_P;
#ifdef MUTANT_PRODUCER_LOOKS_NOT_AGAIN
        goto sleep;
#endif
        sleeping = true;
        goto renew
     :: DIST(tail, at) >= CAP && sleeping ->
sleep:
        atomic { if :: writerSleeps -> producerAsleep = true :: else fi }
        if
        :: !producerAsleep
        :: deaths > 0 -> deaths--; goto killed
        fi;
        writerSleeps = false;
        sleeping = false
     fi
  :: at != own ->
     published = at;
     DIE_P;
     own = at;
signal:
     if
     :: sleepers != 0 ->
        atomic { mask = sleepers; sleepers = 0 }
        s = 0;
        do
        :: s < SLOTS ->
           if
           :: mask & (1 << s) -> DIE_P; wake[s] = (wake[s] + 1) % MOD; DIE_P; asleep[s] = false
           :: else
           fi;
           s++
        :: else -> break
        od;
        s = 0; mask = 0
     :: else
     fi;
     if :: ended -> break :: else fi
  :: at == own -> ended = true; goto signal
  od
}

init {
  byte i;
  if :: deaths = 0 :: deaths = DEATHS fi;
  atomic {
    run producer();
    do :: i < READERS -> run reader(i); i++ :: else -> break od
  }
}
