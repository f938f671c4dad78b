/* Publishing by one 32-bit word (ring-format.md: "Positions", "Publishing and releasing", "Death").

   Scaled down: `low` has 3 bits, an epoch is one of 3, so positions count modulo 24; the capacity is a quarter of the
   range of `low`, as 2^30 is of 2^32. Blocks are one or two bytes, so that numbers of blocks and positions differ;
   numbers count modulo 4. The producer may be killed before each of its stores, any number of times.

   Properties: the consumer, which follows `low` alone, reads every block once and whole; whoever reads all three words
   gets a position that was published at some moment while it read; a producer that takes over knows the published
   position and the number of the next block. Checked with a consumer and with an outsider
   (who needs no consumer: everything is consumed at once), which is all there is to see, as neither sees the other.

   check consumer: -DCONSUMER
   check outsider: -DOUTSIDER
   mutants consumer: PUBLISH_BEFORE_WRITE NUMBER_BY_COUNTER COUNTED_BEFORE_ANNOUNCED
   mutants outsider: READ_IN_ORDER_OF_WRITING LOW_NOT_LOADED_AGAIN AFTER_NOT_LOADED_AGAIN WORDS_NOT_RESTORED LOW_BEFORE_EPOCH */
#define LOWS 8
#define EPOCHS 3
#define MOD (LOWS * EPOCHS)
#define CAP (LOWS / 4)
#define NUMBERS 4
#define EPOCH(p) ((p) / LOWS)
#define LOW(p) ((p) % LOWS)
#define DIST(a, b) (((b) + MOD - (a)) % MOD)
/* Nobody sleeps for 2^52 bytes between two loads, less two epochs: `after` lags behind, `before` runs ahead. */
#define LONGEST (MOD - 2 * LOWS)

byte low, before, after;           /* producer position, written by the producer */
byte consumed;                     /* low of the consumer position, written by the consumer */
byte announced, counter, blocks;   /* how a producer that takes over finds the number of the next block */
byte cell[CAP];                    /* what a block's bytes hold: its number, and whether it has one byte or two */

/* What is true, for the assertions only. */
byte truth, truthNumber;           /* the published position, and the number of the block that comes next there */
byte since;                        /* bytes published since the outsider began to read */

#ifdef OUTSIDER
#define WATCHED 1
#define CONSUMED_AT_ONCE consumed = low
#else
#define WATCHED 0
#define CONSUMED_AT_ONCE
#endif

#define MAY_DIE if :: true :: goto died fi

/* "Reading all three words": the writer may be anywhere, or dead. */
inline load(result) {
  do
#ifdef MUTANT_READ_IN_ORDER_OF_WRITING
  :: b = before; l = low; a = after;
#else
  :: a = after; l = low; b = before;
#endif
     if
     :: a == b -> result = b * LOWS + l; break
     :: else ->
#ifndef MUTANT_LOW_NOT_LOADED_AGAIN
        l = low;
#endif
        if
#ifdef MUTANT_AFTER_NOT_LOADED_AGAIN
        :: b == (a + 1) % EPOCHS ->
#else
        :: b == (a + 1) % EPOCHS && after == a ->
#endif
           result = (l >= LOWS / 2 -> a : b) * LOWS + l; break
        :: else
        fi
     fi
  od;
  a = 0; b = 0; l = 0
}

/* The one store that publishes. */
#define STORE_LOW(p, number) \
  atomic { since + DIST(truth, p) <= LONGEST -> \
    low = LOW(p); since = since + DIST(truth, p) * WATCHED; truth = p; truthNumber = number; CONSUMED_AT_ONCE }

proctype producer() {
  byte at, published, count, size, room, a, l, b;
  goto resume;
died:
  at = 0; count = 0; published = 0; size = 0; room = 0; a = 0; l = 0; b = 0;
resume:
  load(published);
  assert(published == truth);
#ifndef MUTANT_WORDS_NOT_RESTORED
  before = EPOCH(published); MAY_DIE; low = LOW(published); MAY_DIE; after = EPOCH(published);
#endif
#ifdef MUTANT_NUMBER_BY_COUNTER
  count = counter;
#else
  count = (announced == LOW(published) -> counter : blocks);
#endif
  assert(count == truthNumber);
  MAY_DIE; counter = count; MAY_DIE; announced = LOW(published); MAY_DIE; blocks = count;
  at = published;
  do
  :: /* a block, if there is room by the consumer position: own - ((own - low) mod 2^32) */
     if :: size = 1 :: size = 2 fi;
     room = CAP - (at + LOWS - consumed) % LOWS;
     if
     :: room >= size && room <= CAP ->
#ifdef MUTANT_PUBLISH_BEFORE_WRITE
        STORE_LOW((at + size) % MOD, (count + 1) % NUMBERS);
#endif
        cell[at % CAP] = count * 2 + size - 1; MAY_DIE;
        if :: size == 2 -> cell[(at + 1) % CAP] = count * 2 + 1; MAY_DIE :: else fi;
        at = (at + size) % MOD; count = (count + 1) % NUMBERS
     :: else
     fi
  :: at != published ->
#ifdef MUTANT_COUNTED_BEFORE_ANNOUNCED
     counter = count; MAY_DIE; announced = LOW(at); MAY_DIE;
#else
     announced = LOW(at); MAY_DIE; counter = count; MAY_DIE;
#endif
     if
     :: EPOCH(at) == EPOCH(published) -> STORE_LOW(at, count)
     :: else ->
#ifdef MUTANT_LOW_BEFORE_EPOCH
        STORE_LOW(at, count); MAY_DIE; before = EPOCH(at); MAY_DIE; after = EPOCH(at)
#else
        before = EPOCH(at); MAY_DIE; STORE_LOW(at, count); MAY_DIE; after = EPOCH(at)
#endif
     fi;
     MAY_DIE; blocks = count;
     published = at; size = 0; room = 0
  od
}

/* Follows `low` alone; its own position is private. */
proctype consumer() {
  byte own, known, expected;
  do
  :: known = (own + (low + LOWS - LOW(own)) % LOWS) % MOD;
     assert(DIST(own, known) <= CAP);
     do
     :: own != known ->
        if
        :: cell[own % CAP] == expected * 2 -> own = (own + 1) % MOD
        :: cell[own % CAP] == expected * 2 + 1 ->
           assert(cell[(own + 1) % CAP] == expected * 2 + 1); own = (own + 2) % MOD
        :: else -> assert(false)
        fi;
        expected = (expected + 1) % NUMBERS
     :: own == known -> break
     od;
     consumed = LOW(own)
  od
}

/* A tool, or a reader that joins: knows nothing. */
proctype outsider() {
  byte start, found, a, l, b;
  do
  :: atomic { start = truth; since = 0 };
     load(found);
     d_step { assert(DIST(start, found) <= since); start = 0; found = 0 }
  od
}

init {
  atomic {
    run producer();
#ifdef CONSUMER
    run consumer();
#endif
#ifdef OUTSIDER
    run outsider();
#endif
  }
}
