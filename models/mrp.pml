/* Rings whose readers share one read pointer R (§6; ring-format.md: "Who holds the producer back", "Sleeping with a
   table"), beside readers that lose nothing.

   Scaled down: the ring holds two blocks of one byte, a block's number is its position, positions count modulo three
   rings, and nobody sleeps for longer between two steps. Slot i is reader i's; how slots are taken and lost is in
   srp.pml, that an intent tells what is whole is in frp.pml. R is of any age. Readers join, from what is published or
   from the oldest block, read, sleep, and leave; the producer sleeps when there is no room.

   Properties: the tail never passes R, if R is in the ring, and never goes back; one MRP reader alone loses nothing once
   it has stored R; an SRP reader among MRP readers loses nothing; blocks read and lost make up all that there were;
   nobody sleeps for ever.

   check one: -DMRP=1 -DSRP=0
   check two: -DMRP=2 -DSRP=0
   check mixed: -DMRP=1 -DSRP=1
   mutants one: R_HOLDS_NOBODY WAKES_BEFORE_R IDLE_READER_KEEPS_R R_HOLDS_WITHOUT_READERS
   mutants mixed: TAIL_GOES_BACK */
#define CAP 2
#define MOD 6
#define READERS (MRP + SRP)
#define DIST(a, b) (((b) + MOD - (a)) % MOD)
#define FREE 0
#define JOINING 1
#define ACTIVE 2
#define BIT(s) (1 << (s))

byte published, intent, tailWord, R;
bool ended;
byte sleepers;
bool writerSleeps, producerAsleep;
byte state[READERS], position[READERS];
bool wake[READERS], asleep[READERS];

byte readerAt[READERS];   /* Truth: how far each reader is; FREE readers are anywhere. */

/* Nobody who reads is further behind than positions can tell. */
#define NEAR(i) (state[i] == FREE || DIST(readerAt[i], published) < MOD - CAP - 1)
#if MRP + SRP == 2
#define ALL_NEAR (NEAR(0) && NEAR(1))
#else
#define ALL_NEAR NEAR(0)
#endif

#define WAKE_WRITER \
  atomic { found = writerSleeps; writerSleeps = false } \
  if :: found -> atomic { producerAsleep = false; found = false } :: else fi

proctype reader(byte s; bool isMrp) {
  byte own, known, start;
  bool last, found, hasR, isLapped;

  atomic { state[s] = JOINING; readerAt[s] = published }
  if
  :: own = published
  :: !isMrp -> own = tailWord
  fi;
  atomic { position[s] = own; known = own; readerAt[s] = own }
  state[s] = ACTIVE;
  if :: isMrp -> R = own :: else fi;
  WAKE_WRITER;

  do
  :: own != known ->
     atomic {
       if
       :: DIST(own, intent) <= CAP -> own = (own + 1) % MOD; readerAt[s] = own
       :: else -> assert(isMrp && !(hasR && READERS == 1)); isLapped = true
       fi
     }
     if
     :: isLapped ->
        /* Goes on at what is published. */
        atomic { own = published; known = own; readerAt[s] = own; position[s] = own; isLapped = false }
     :: else
     fi
  :: own == known ->
     atomic { known = published; assert(isMrp || DIST(own, known) <= CAP) }
     if
     :: own != known
     :: else ->
        if
        :: position[s] != own -> goto release
        :: else ->
           /* Nothing new: R is its own position. */
           if
           :: isMrp ->
#ifndef MUTANT_IDLE_READER_KEEPS_R
              atomic { R = own; hasR = true };
#endif
#ifndef MUTANT_WAKES_BEFORE_R
              WAKE_WRITER
#endif
           :: else
           fi;
           if
           :: last -> break
           :: atomic { !last && ended -> last = true }
           :: !last && !ended ->
              wake[s] = false;
              sleepers = sleepers | BIT(s);
              if
              :: published != known || ended
              :: else ->
                 atomic { if :: !wake[s] -> asleep[s] = true :: else fi }
                 !asleep[s]
              fi;
              atomic { sleepers = sleepers & ~BIT(s); wake[s] = false }
           fi
        fi
     fi
  :: position[s] != own ->
release:
     if
     :: isMrp ->
        /* It moves its position from a to b and stores R := a. */
        atomic { start = position[s]; position[s] = own }
        atomic { R = start; hasR = true; start = 0 }
     :: else -> position[s] = own
     fi;
     WAKE_WRITER
  :: break
  od;
  state[s] = FREE;
  WAKE_WRITER
}

proctype producer() {
  byte own, tail, least, s, mask;
  bool stays, sleeping, medium;
  do
  :: DIST(tail, own) < CAP ->
     /* Nobody sleeps for longer. */
     atomic { ALL_NEAR -> intent = (own + 1) % MOD }
     atomic { own = (own + 1) % MOD; published = own }
signal:
     if
     :: sleepers == 0
     :: atomic { sleepers != 0 -> mask = sleepers; sleepers = 0 }
        do
        :: mask & BIT(s) -> atomic { wake[s] = true; asleep[s] = false; mask = mask & ~BIT(s); s++ }
        :: !(mask & BIT(s)) && mask -> s++
        :: mask == 0 -> break
        od;
        s = 0
     fi;
     if :: ended -> break :: else fi
  :: atomic { ended = true; goto signal }
  :: DIST(tail, own) == CAP ->
renew:
     tailWord = own;
     do
     :: s < READERS ->
        if
        :: atomic { state[s] == FREE -> s++ }
        :: atomic { state[s] == JOINING -> stays = stays || s >= MRP; s++ }
        :: atomic { state[s] == ACTIVE && s < MRP -> medium = true; s++ }
        :: atomic {
             state[s] == ACTIVE && s >= MRP ->
             assert(DIST(position[s], own) <= CAP);
             if :: DIST(position[s], own) > least -> least = DIST(position[s], own) :: else fi;
             s++
           }
        fi
     :: s == READERS -> break
     od;
#ifdef MUTANT_R_HOLDS_WITHOUT_READERS
     medium = true;
#endif
#ifdef MUTANT_R_HOLDS_NOBODY
     medium = false;
#endif
     if
     :: medium -> atomic { if :: DIST(R, own) <= CAP && DIST(R, own) > least -> least = DIST(R, own) :: else fi }
     :: else
     fi;
     if
     :: stays
     :: else ->
#ifdef MUTANT_TAIL_GOES_BACK
        atomic { tail = (own + MOD - least) % MOD; tailWord = tail }
#else
        /* R may lie before what has been overwritten already. */
        atomic { if :: DIST(tail, (own + MOD - least) % MOD) <= CAP -> tail = (own + MOD - least) % MOD :: else fi; tailWord = tail }
#endif
     fi;
     atomic { stays = false; least = 0; s = 0; medium = false }
     if
     :: DIST(tail, own) < CAP -> if :: sleeping -> atomic { writerSleeps = false; sleeping = false } :: else fi
     :: DIST(tail, own) >= CAP && !sleeping -> atomic { writerSleeps = true; sleeping = true }; goto renew
     :: DIST(tail, own) >= CAP && sleeping ->
        atomic { if :: writerSleeps -> producerAsleep = true :: else fi }
        !producerAsleep;
        atomic { writerSleeps = false; sleeping = false }
     fi
  od
}

init {
  atomic {
    run producer();
    run reader(0, MRP > 0);
    if :: READERS > 1 -> run reader(1, MRP > 1) :: else fi
  }
}
