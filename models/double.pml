/* Overwriting in a double ring: an index, and the data it points into (ring-format.md: "Records by kind", "Overwriting
   (FRP)", "Who holds the producer back").

   Scaled down: an index of two entries, data of three bytes, blocks of one or two bytes in one piece. An entry says where
   its block begins and how long it is; positions of the index count entries, all positions count modulo four rings, and
   nobody sleeps for longer between two steps. Numbers of blocks are positions of the index. Everything is published at
   once; each of the two intents runs ahead by up to one.

   Properties: a block of which both intents say that it is whole is whole; an entry likewise. A reader that was lapped
   goes on at any entry that is not published for longer than a ring.

   check all: -DALL
   mutants all: INDEX_INTENT_ONLY DATA_INTENT_ONLY DATA_INTENT_AFTER_WRITING INDEX_INTENT_AFTER_WRITING REST_NOT_ANNOUNCED */
#define ENTRIES 2
#define INDEX_MOD 8
#define CAP 3
#define MOD 12
#define DIST(a, b, mod) (((b) + (mod) - (a)) % (mod))

byte published, indexIntent, intent;
byte place[ENTRIES], length[ENTRIES];   /* the index */
byte cell[CAP];                         /* a byte of data says of which block it is (by its data position) */

/* What is true: where the block of an index position is, and how far the reader is. */
byte placeAt[INDEX_MOD], lengthAt[INDEX_MOD];
byte readerAt, readerData;

active proctype producer() {
  byte at, data, size, rest, reach;
  do
  :: if :: size = 1 :: size = 2 fi;
     /* In one piece. */
     rest = (data % CAP + size > CAP -> CAP - data % CAP : 0);
     /* Nobody sleeps for longer. */
     DIST(readerAt, at, INDEX_MOD) < INDEX_MOD - 2 && DIST(readerData, data, MOD) < MOD - 6;
#ifndef MUTANT_INDEX_INTENT_AFTER_WRITING
     if
     :: indexIntent == at -> if :: indexIntent = (at + 1) % INDEX_MOD :: indexIntent = (at + 2) % INDEX_MOD fi
     :: else
     fi;
#endif
#ifdef MUTANT_REST_NOT_ANNOUNCED
     reach = (data + size) % MOD;
#else
     reach = (data + rest + size) % MOD;
#endif
#ifndef MUTANT_DATA_INTENT_AFTER_WRITING
     if
     :: DIST(data, intent, MOD) < DIST(data, reach, MOD) -> if :: intent = reach :: intent = (reach + 1) % MOD fi
     :: else
     fi;
#endif
     data = (data + rest) % MOD;
     cell[data % CAP] = data;
     if :: size == 2 -> cell[(data + 1) % CAP] = data :: else fi;
#ifdef MUTANT_DATA_INTENT_AFTER_WRITING
     intent = reach;
#endif
     place[at % ENTRIES] = data;
     length[at % ENTRIES] = size;
#ifdef MUTANT_INDEX_INTENT_AFTER_WRITING
     indexIntent = (at + 1) % INDEX_MOD;
#endif
     d_step {
       placeAt[at] = data; lengthAt[at] = size;
       data = (data + size) % MOD; at = (at + 1) % INDEX_MOD; size = 0; rest = 0; reach = 0
     }
     published = at
  od
}

#ifdef MUTANT_DATA_INTENT_ONLY
#define WHOLE_ENTRY true
#else
#define WHOLE_ENTRY (DIST(own, indexIntent, INDEX_MOD) <= ENTRIES)
#endif
#ifdef MUTANT_INDEX_INTENT_ONLY
#define WHOLE_DATA true
#else
#define WHOLE_DATA (DIST(where, intent, MOD) <= CAP)
#endif

active proctype reader() {
  byte own, known, where, size, first, second;
again:
  do
  :: own == known ->
     known = published;
     if :: DIST(own, known, INDEX_MOD) > ENTRIES -> goto lapped :: else fi
  :: own != known ->
     where = place[own % ENTRIES];
     size = length[own % ENTRIES];
     /* The entry first: what it says is believed from here on. */
     if :: WHOLE_ENTRY :: else -> goto lapped fi;
     d_step { assert(where == placeAt[own] && size == lengthAt[own]); readerData = where }
     if :: WHOLE_DATA :: else -> goto lapped fi;
     /* Use. */
     first = cell[where % CAP];
     second = cell[(where + size - 1) % CAP];
     if
     :: WHOLE_ENTRY -> if :: WHOLE_DATA -> assert(first == where && second == where) :: else fi
     :: else
     fi;
     d_step { own = (own + 1) % INDEX_MOD; readerAt = own; where = 0; size = 0; first = 0; second = 0 }
  od;
lapped:
  known = published;
  /* Nearer than before, so that it comes to an end. */
  if
  :: own = known
  :: DIST(own, known, INDEX_MOD) > 1 -> own = (known + INDEX_MOD - 1) % INDEX_MOD
  fi;
  d_step { readerAt = own; where = 0; size = 0 }
  goto again
}
