/* Rings with many readers that never lose a block (ring-format.md: "Reader table", "Who holds the producer back",
   "Joining", "Leaving and dying", "Sleeping with a table", "Death").

   Scaled down: the ring holds one block or two of one byte, every block is published at once, its number is its
   position; positions count modulo two more than the capacity, which tells apart all that can meet. Position words are
   whole (publish.pml takes them apart); a `wake` word is a bit, changed or not since its reader looked. Readers join
   from what is published or from the oldest block, read, sleep, leave. The producer sleeps when there is no room and ends
   the ring when it likes. One end is killed between any two of its accesses to shared memory: a reader is evicted by
   whoever has its claim, a producer is taken over.

   Properties: a reader gets every block behind its first one, before it is overwritten; nobody who keeps to the format
   is evicted; nobody sleeps for ever (else there is an end state in which a process has not ended).

   check reuse: -DSLOTS=1 -DREADERS=2 -DCAP=1 -DKILL_READER
   check takeover: -DSLOTS=1 -DREADERS=1 -DCAP=2 -DKILL_PRODUCER
   check slowest: -DSLOTS=2 -DREADERS=2 -DCAP=1
   mutants reuse: ACTIVE_BEFORE_ITS_POSITION FREE_BEFORE_THE_EPOCH DEATH_WHILE_LEAVING_FORGOTTEN
   mutants reuse: BIT_CLEARED_AFTER_FREEING EVICTS_AND_WAKES_BY_THE_FLAG
   mutants takeover: TAIL_BELIEVED TAKES_OVER_QUIETLY
   mutants slowest: POSITION_BEFORE_JOINING JOINING_HOLDS_NOBODY TAIL_NOT_RAISED_FIRST TAIL_SHOWN_WHILE_SOMEBODY_JOINS
   mutants slowest: SLEEPS_ON_WHAT_IT_HAS_READ READER_LOOKS_NOT_AGAIN PRODUCER_LOOKS_NOT_AGAIN FLAG_BEFORE_THE_POSITION */
#define MOD (CAP + 2)
#define DIST(a, b) (((b) + MOD - (a)) % MOD)
#define FREE 0
#define CLAIMED 1
#define ACTIVE 2
#define JOINING 3
#define BIT(s) (1 << (s))

/* The header, written by the producer. What lies before intent - CAP may have been overwritten. */
byte published, intent, tailWord;
bool ended;
/* The reader table. */
byte sleepers;
bool writerSleeps;
byte state[SLOTS], epoch[SLOTS], position[SLOTS];
bool wake[SLOTS];
/* Who sleeps on a word (a futex): changing the word does not wake, only a call does. */
bool producerAsleep, asleep[SLOTS];

bool mayDie = true;

/* One access to shared memory, and what follows from it; or the end of who would have made it. */
#define STEP_OR_DIE(x) if :: atomic { x } :: atomic { mayDie -> mayDie = false; goto killed } fi
#define STEP_ALIVE(x) atomic { x }
#ifdef KILL_READER
#define RSTEP(x) STEP_OR_DIE(x)
#else
#define RSTEP(x) STEP_ALIVE(x)
#endif
#ifdef KILL_PRODUCER
#define PSTEP(x) STEP_OR_DIE(x)
#else
#define PSTEP(x) STEP_ALIVE(x)
#endif

/* A reader wakes the producer if that sleeps. */
#define WAKE_WRITER \
  RSTEP(found = writerSleeps; writerSleeps = false); \
  if :: found -> RSTEP(producerAsleep = false; found = false) :: else fi

proctype reader(byte id) {
  byte s, e, own, known;
  bool last, found;

  s = id % SLOTS;
  /* 1. A free slot. Who evicts knows of the claim. */
  atomic { state[s] == FREE -> state[s] = CLAIMED }
  atomic { epoch[s]++; e = epoch[s] }
#ifdef MUTANT_ACTIVE_BEFORE_ITS_POSITION
  RSTEP(position[s] = published);
  RSTEP(assert(epoch[s] == e && state[s] == CLAIMED); state[s] = ACTIVE);
#else
#ifdef MUTANT_POSITION_BEFORE_JOINING
  RSTEP(own = published);
#endif
  /* 2. From now on the producer sees this slot whenever it looks. */
  RSTEP(assert(epoch[s] == e && state[s] == CLAIMED); state[s] = JOINING);
#endif
  /* 3. Where it begins. */
#ifndef MUTANT_POSITION_BEFORE_JOINING
  RSTEP(if :: own = published :: own = tailWord fi);
#endif
  /* 4, 5. */
  RSTEP(position[s] = own; known = own);
#ifndef MUTANT_ACTIVE_BEFORE_ITS_POSITION
  RSTEP(assert(epoch[s] == e && state[s] == JOINING); state[s] = ACTIVE);
#endif
  WAKE_WRITER;

  do
  :: own != known ->
     /* A block, used in place. */
     RSTEP(assert(DIST(own, intent) > 0 && DIST(own, intent) <= CAP); own = (own + 1) % MOD)
  :: own == known ->
     RSTEP(known = published; assert(DIST(own, known) <= CAP));
     if
     :: own != known
     :: else ->
        /* Nobody sleeps on what it could release. */
        if
#ifndef MUTANT_SLEEPS_ON_WHAT_IT_HAS_READ
        :: position[s] != own -> goto release
#endif
        :: else ->
           /* Once more after the end: it may have been published between the two looks. */
           if
           :: last -> break
           :: atomic { !last && ended -> last = true }
           :: !last && !ended ->
              /* Sleeps. */
              RSTEP(wake[s] = false);
              RSTEP(sleepers = sleepers | BIT(s));
#ifndef MUTANT_READER_LOOKS_NOT_AGAIN
              if
              :: published != known || ended
              :: else ->
#endif
                 atomic { if :: !wake[s] -> asleep[s] = true :: else fi }
                 if
                 :: !asleep[s]
#ifdef KILL_READER
                 :: atomic { mayDie -> mayDie = false; goto killed }
#endif
                 fi;
#ifndef MUTANT_READER_LOOKS_NOT_AGAIN
              fi;
#endif
              RSTEP(sleepers = sleepers & ~BIT(s); wake[s] = false)
           fi
        fi
     fi
  :: position[s] != own ->
release:
#ifdef MUTANT_FLAG_BEFORE_THE_POSITION
     WAKE_WRITER;
     RSTEP(position[s] = own)
#else
     RSTEP(position[s] = own);
     WAKE_WRITER
#endif
  :: atomic { assert(epoch[s] == e); break }
  od;

  /* Leaves. */
#ifdef MUTANT_FREE_BEFORE_THE_EPOCH
  RSTEP(sleepers = sleepers & ~BIT(s));
  RSTEP(state[s] = FREE);
  WAKE_WRITER;
#else
  RSTEP(assert(epoch[s] == e); epoch[s]++);
  RSTEP(sleepers = sleepers & ~BIT(s));
  WAKE_WRITER;
  RSTEP(state[s] = FREE);
#endif
#ifdef KILL_READER
  /* Now it may die, too: it is evicted even if it has left. */
  if :: atomic { mayDie -> mayDie = false } :: goto finished fi;

killed:
  asleep[s] = false;
#ifdef MUTANT_FREE_BEFORE_THE_EPOCH
  if :: atomic { epoch[s] != e -> goto finished } :: epoch[s] == e fi;
  if :: atomic { state[s] == FREE -> goto finished } :: atomic { state[s] != FREE -> state[s] = FREE } fi;
  atomic { epoch[s]++ }
  sleepers = sleepers & ~BIT(s);
  atomic { writerSleeps = false; producerAsleep = false }
#else
  if
  :: atomic { epoch[s] == e -> epoch[s]++ }
  :: epoch[s] == e + 1 ->
     /* It may have died while it left. */
     if
#ifndef MUTANT_DEATH_WHILE_LEAVING_FORGOTTEN
     :: atomic { state[s] == ACTIVE || state[s] == JOINING -> skip }
        if :: atomic { epoch[s] != e + 1 -> goto finished } :: epoch[s] == e + 1 fi
#endif
     :: else -> goto finished
     fi
  :: atomic { epoch[s] > e + 1 -> goto finished }
  fi;
#ifndef MUTANT_BIT_CLEARED_AFTER_FREEING
  sleepers = sleepers & ~BIT(s);
#endif
#ifdef MUTANT_EVICTS_AND_WAKES_BY_THE_FLAG
  atomic { if :: writerSleeps -> writerSleeps = false; producerAsleep = false :: else fi }
#else
  atomic { writerSleeps = false; producerAsleep = false }
#endif
  state[s] = FREE;
#ifdef MUTANT_BIT_CLEARED_AFTER_FREEING
  sleepers = sleepers & ~BIT(s);
#endif
#endif
#endif
finished:
  skip
}

proctype producer() {
  byte own, tail, least, s, e, mask;
  bool stays, sleeping;
  goto begin;

#ifdef KILL_PRODUCER
killed:
  atomic {
    producerAsleep = false; least = 0; s = 0; e = 0; mask = 0; stays = false; sleeping = false;
    own = published;
#ifdef MUTANT_TAIL_BELIEVED
    tail = tailWord;
#else
    /* Nothing behind this has been overwritten. Readers are asked before anything is. */
    tail = (intent + MOD - CAP) % MOD
#endif
  }
#ifndef MUTANT_TAKES_OVER_QUIETLY
  /* Whoever was about to be woken. */
  atomic { do :: s < SLOTS -> wake[s] = true; asleep[s] = false; s++ :: else -> break od; s = 0 }
#endif
#endif
begin:
  do
  :: DIST(tail, own) < CAP ->
     PSTEP(intent = (own + 1) % MOD);
     PSTEP(own = (own + 1) % MOD; published = own);
signal:
     if
     :: sleepers == 0
     :: atomic { sleepers != 0 -> mask = sleepers; sleepers = 0 }
        do
        :: mask & BIT(s) -> PSTEP(wake[s] = true; asleep[s] = false; mask = mask & ~BIT(s); s++)
        :: !(mask & BIT(s)) && mask -> s++
        :: mask == 0 -> break
        od;
        s = 0
     fi;
     if :: ended -> break :: else fi
  :: atomic { ended = true; goto signal }
  :: DIST(tail, own) == CAP ->
renew:
     /* Who holds the producer back. */
#ifndef MUTANT_TAIL_NOT_RAISED_FIRST
     PSTEP(tailWord = own);
#endif
     do
     :: s < SLOTS ->
        PSTEP(e = epoch[s]);
        if
        :: atomic { e % 2 == 0 -> s++ }
        :: e % 2 == 1 ->
           if
           :: atomic { state[s] == FREE || state[s] == CLAIMED -> s++ }
#ifdef MUTANT_JOINING_HOLDS_NOBODY
           :: atomic { state[s] == JOINING -> s++ }
#else
           :: atomic { state[s] == JOINING -> stays = true; s++ }
#endif
           :: state[s] == ACTIVE ->
              atomic {
                if
                :: DIST(position[s], own) > CAP -> assert(epoch[s] != e)
                :: else -> if :: DIST(position[s], own) > least -> least = DIST(position[s], own) :: else fi
                fi;
                s++
              }
           fi
        fi
     :: s == SLOTS -> break
     od;
     if
     :: atomic { stays -> stays = false; least = 0; s = 0; e = 0 }
        /* Who joins from the oldest block on just now begins at what is published. */
#ifdef MUTANT_TAIL_SHOWN_WHILE_SOMEBODY_JOINS
        PSTEP(tailWord = tail)
#endif
     :: !stays -> PSTEP(tail = (own + MOD - least) % MOD; tailWord = tail; least = 0; s = 0; e = 0)
     fi;
     if
     :: DIST(tail, own) < CAP -> if :: sleeping -> PSTEP(writerSleeps = false; sleeping = false) :: else fi
     :: DIST(tail, own) == CAP && !sleeping ->
        PSTEP(writerSleeps = true; sleeping = true);
#ifdef MUTANT_PRODUCER_LOOKS_NOT_AGAIN
        goto sleep;
#endif
        goto renew
     :: DIST(tail, own) == CAP && sleeping ->
sleep:
        PSTEP(if :: writerSleeps -> producerAsleep = true :: else fi);
        if
        :: !producerAsleep
#ifdef KILL_PRODUCER
        :: atomic { mayDie -> mayDie = false; goto killed }
#endif
        fi;
        PSTEP(writerSleeps = false; sleeping = false)
     fi
  od
}

init {
  byte i;
  atomic {
    run producer();
    do :: i < READERS -> run reader(i); i++ :: else -> break od
  }
}
