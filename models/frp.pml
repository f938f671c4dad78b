/* Overwriting, and verification after use (ring-format.md: "Overwriting (FRP)", "Publishing", "Who holds the producer
   back", "Death").

   Scaled down: the ring holds three bytes, blocks are one or two bytes, as in a v ring: where a record begins can only
   be known by who has followed. Numbers count modulo 5, positions modulo four rings; nobody sleeps for longer between
   two steps. Bytes are read and written one by one, and say of which block they are. The producer announces up to one
   byte more than it needs, batches, and is killed once at any instant.

   Properties: a block that the intent says is whole is whole, and the one that belongs there; what was lost is counted
   exactly, by the numbers that blocks have; who joins or was lapped knows the number of what comes next, or knows that
   it does not. Not shown: that stores and loads keep their order, which is what the fences of the format are for.

   check alive: -DDEATHS=0
   check killed: -DDEATHS=1
   mutants alive: INTENT_AFTER_THE_FIRST_BYTE PRODUCER_POSITION_DECIDES ASKED_BEFORE_USE ONE_BYTE_TOO_MANY
   mutants alive: NUMBER_WITHOUT_ITS_POSITION
   mutants killed: INTENT_FORGOTTEN NUMBER_BY_COUNTER */
#define CAP 3
#define MOD 12
#define NUMBERS 5
#define DIST(a, b) (((b) + MOD - (a)) % MOD)

byte published, intent;            /* positions, written by the producer */
byte announced, counter, blocks;   /* by which the number of the next block is known */
byte cell[CAP];                    /* what a byte holds: the number of its block, and which of its bytes it is */

/* What is true, for the assertions only: the number of the block that begins at a published position. */
byte numberAt[MOD];
byte readerAt;
byte deaths = DEATHS;

#define STEP(x) if :: atomic { x } :: atomic { deaths > 0 -> deaths--; goto resume } fi
/* What a byte of a block says. */
#define FIRST_OF_ONE(n) ((n) * 3)
#define FIRST_OF_TWO(n) ((n) * 3 + 1)
#define SECOND(n) ((n) * 3 + 2)

active proctype producer() {
  byte at, own, count, size, reach;
resume:
  skip;
  d_step {
    own = published; at = own; size = 0;
#ifdef MUTANT_NUMBER_BY_COUNTER
    count = counter;
#else
    count = (announced == own -> counter : blocks);
#endif
    assert(count == numberAt[own]);
    counter = count; announced = own; blocks = count;
#ifdef MUTANT_INTENT_FORGOTTEN
    intent = own;
#endif
    reach = intent
  }
  do
  :: if :: size = 1 :: size = 2 fi;
     if
     :: DIST(own, at) + size > CAP -> goto publish
     :: else
     fi;
     /* Before anything is overwritten. Nobody sleeps for longer. */
     if
     :: DIST(own, reach) < DIST(own, at) + size ->
        DIST(readerAt, (at + size + 1) % MOD) > DIST(readerAt, at) ->
        if :: reach = (at + size) % MOD :: reach = (at + size + 1) % MOD fi;
#ifdef MUTANT_INTENT_AFTER_THE_FIRST_BYTE
        STEP(cell[at % CAP] = (size == 1 -> FIRST_OF_ONE(count) : FIRST_OF_TWO(count)));
#endif
        STEP(intent = reach)
     :: else
     fi;
     STEP(cell[at % CAP] = (size == 1 -> FIRST_OF_ONE(count) : FIRST_OF_TWO(count)));
     if :: size == 2 -> STEP(cell[(at + 1) % CAP] = SECOND(count)) :: else fi;
     d_step { at = (at + size) % MOD; count = (count + 1) % NUMBERS; numberAt[at] = count; size = 0 }
  :: at != own ->
publish:
     STEP(announced = at);
     STEP(counter = count);
     STEP(published = at; own = at);
     STEP(blocks = count)
  od
}

/* The published position, and the number of the block that comes next there; `knows`: is that certain? */
#ifdef MUTANT_NUMBER_WITHOUT_ITS_POSITION
#define LOAD_PUBLISHED \
  was = blocks; now = published; knows = true
#else
#define LOAD_PUBLISHED \
  was = blocks; now = published; knows = (counter == was)
#endif
/* May what lies at `own` have been overwritten? */
#ifdef MUTANT_PRODUCER_POSITION_DECIDES
#define WHOLE (DIST(own, published) <= CAP)
#else
#ifdef MUTANT_ONE_BYTE_TOO_MANY
#define WHOLE (DIST(own, intent) <= CAP + 1)
#else
#define WHOLE (DIST(own, intent) <= CAP)
#endif
#endif

active proctype reader() {
  byte own, known, head, second, was, now;
  byte expected, seen;             /* `seen`: blocks read and blocks lost together */
  bool knows, isWhole;

  /* Joins. */
  do :: LOAD_PUBLISHED; if :: knows -> break :: else fi od;
  d_step { assert(was == numberAt[now]); own = now; known = now; readerAt = own; expected = was; seen = was; was = 0; now = 0 }
again:
  do
  :: own == known ->
     known = published;
     if
     :: DIST(own, known) > CAP -> goto lapped
     :: else
     fi
  :: own != known ->
#ifdef MUTANT_ASKED_BEFORE_USE
     isWhole = WHOLE;
     head = cell[own % CAP];
#else
     head = cell[own % CAP];
     isWhole = WHOLE;
#endif
     if
     :: !isWhole -> goto lapped
     :: else
     fi;
     /* The head is good: it says how long the block is, and which. */
     d_step {
       assert(head % 3 < 2 && head / 3 == numberAt[own]);
       seen = (seen + (head / 3 + NUMBERS - expected) % NUMBERS) % NUMBERS;
       expected = (head / 3 + 1) % NUMBERS
     }
     if
     :: head % 3 == 1 ->
        second = cell[(own + 1) % CAP];
        /* After use. A block that was torn is lost, and counted, too. */
        d_step { if :: WHOLE -> assert(second == SECOND(head / 3)) :: else fi; second = 0 }
     :: else
     fi;
     d_step { seen = (seen + 1) % NUMBERS; assert(seen == expected); own = (own + 1 + head % 3) % MOD; readerAt = own; head = 0 }
  od;
lapped:
  skip;
  /* Goes on at what is published. If its number is not known, the next block says how many were lost. */
  LOAD_PUBLISHED;
  d_step {
    if
    :: knows ->
       assert(was == numberAt[now]);
       seen = (seen + (was + NUMBERS - expected) % NUMBERS) % NUMBERS;
       assert(seen == was);
       expected = was
    :: else
    fi;
    own = now; known = now; readerAt = own; head = 0; was = 0; now = 0; knows = false; isWhole = false
  }
  goto again
}
