/* Rings with many readers for C and C++: one producer, up to 32 readers, between processes, by name
   (docs/reference/ring-format.md, ring-sharing.md). Header only; C99 with GNU extensions or C++, Linux. Include it in
   one file of a program, before any other header. Link with -pthread where the C library still asks for it.

   Writing:  slr_writer_open, slr_write or slr_reserve + slr_commit, slr_publish, slr_wait_room, slr_end,
             slr_writer_close
   Reading:  slr_reader_open, slr_read or slr_peek + slr_intact + slr_next, slr_wait, slr_reader_close

   A writer or reader belongs to one thread at a time. examples/ in packages/rings/native has one of each. */
#ifndef STREAMLINE_RING_H
#define STREAMLINE_RING_H

#include "streamline_share.h"

#include "slr/ring_reader.h"
#include "slr/ring_writer.h"
#include <sys/random.h>

/* How a ring is made; what is 0 has a default. */
typedef struct {
  slr_shape shape;    /* `bytes` has no default */
  const char *dir;    /* directory of names; default that of the user */
  int access;         /* SLR_ACCESS_USER (default), _GROUP, _OTHER */
  uint32_t readers;   /* wait, rather than overwrite, until so many have joined */
} slr_writer_options;

/* Makes a ring that readers find by `name`. 0 or a negative errno: -EINVAL the shape or name, -ENOMEM, -EADDRINUSE the
   name is taken, -EPERM the directory is somebody else's. */
SLR_FN int slr_writer_open(slr_writer *w, const char *name, const slr_writer_options *options) {
  slr_shape shape = options->shape;
  uint64_t sizeA, sizeB;
  slr_area *area = NULL;
  slr_layout ring;
  int e = slr_shape_check(&shape);
  if (e) return e;
  slr_measure(&shape, (uint64_t)sysconf(_SC_PAGESIZE), &sizeA, &sizeB);
  e = slr_share_create(&area, name, sizeA, sizeB, NULL);
  if (e) return e;
  do {
    uint32_t id = 0;
    while (id == 0 || id == UINT32_MAX) {
      if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id) id = 0;
    }
    slr_format(area->base, &shape, sizeA, id, name);
    e = slr_attach(&ring, area->base, sizeA, sizeB);
    slr_writer_begin(w, &ring);
    w->area = area;
    w->wakeReaders = slr_share_wake_readers;
    w->least = options->readers;
    if (!e) e = slr_share_serve(area, options->dir, name, options->access ? options->access : SLR_ACCESS_USER);
  } while (e == -EEXIST);
  if (e) slr_share_close(area);
  return e;
}

/* Ends the ring and takes its name away. Readers can still read everything that was published. */
SLR_FN void slr_writer_close(slr_writer *w) {
  slr_end(w);
  slr_share_close(w->area);
  w->area = NULL;
}

/* How a ring is joined; what is 0 has a default. */
typedef struct {
  const char *dir;   /* directory of names; default that of the user */
  const uid_t *uid;  /* whose it must be; default ours */
  uint32_t strategy; /* SLR_SRP, SLR_MRP, SLR_FRP; default that of the ring; one that overwrites has only FRP */
  int from;          /* SLR_LIVE (default): what comes from now on; SLR_OLDEST: also what is still there */
} slr_reader_options;

/* Maps what has been opened and begins to read it: at the start if the producer has kept our slot when it moved. */
SLR_FN int slr_reader_enter(slr_reader *r, slr_area *area, int from) {
  int64_t expected = r->expected;
  int e = slr_share_map(area, NULL);
  if (!e) e = slr_attach(&r->ring, area->base, area->sizeA, area->sizeB);
  if (!e && (r->ring.id != area->id || area->slot >= r->ring.slots)) e = -EPROTO;
  if (e) return e;
  if (r->strategy == 0) r->strategy = r->ring.flags & SLR_FLAG_MRP ? SLR_MRP : SLR_SRP;
  r->area = area;
  r->slot = area->slot;
  r->epoch = area->epoch;
  uint32_t *state = slr_slot(&r->ring, r->slot, SLR_S_STATE), *held = slr_slot(&r->ring, r->slot, SLR_S_HELD);
  int isKept = slr_load(state) == SLR_ACTIVE && slr_load(held) == 1;
  if (isKept && slr_load(slr_slot(&r->ring, r->slot, SLR_S_EPOCH)) == r->epoch) {
    r->at = r->known = r->released = 0;
    r->cut = r->ring.capacity;
    return 0;
  }
  e = slr_join(r, from);
  /* It joined the ring before when that had moved, or nearly. Blocks are counted on, so losses are noticed. SRP has
     none: the producer keeps everything since it joined until its slot there is free. */
  if (expected >= 0 && r->isLossy) r->expected = expected;
  return e;
}

SLR_FN int slr_reader_follow(slr_reader *r, uint32_t id) {
  slr_area *next, *area = r->area;
  int e = slr_share_successor(area, id, &next);
  if (e) return e;
  slr_reader before = *r;
  e = slr_reader_enter(r, next, SLR_OLDEST);
  if (e) {
    *r = before;
    slr_share_close(next);
    return e;
  }
  slr_quit(&before);
  /* The producer may have waited for us to come here. */
  slr_wake_writer(r);
  slr_share_close(area);
  return 0;
}

/* Joins a ring. 0 or a negative errno: -ENOENT no such ring, -ECONNREFUSED its producer is dead, -EACCES it does not
   admit us, -EBUSY all slots are taken, -EPROTO it makes no sense, and those of slr_share_open. */
SLR_FN int slr_reader_open(slr_reader *r, const char *name, const slr_reader_options *options) {
  slr_reader_options how;
  slr_open_options open;
  slr_area *area;
  memset(&how, 0, sizeof how);
  if (options) how = *options;
  memset(&open, 0, sizeof open);
  open.dir = how.dir;
  open.uid = how.uid;
  open.strategy = how.strategy;
  open.wakeMode = SLR_WAKE_FUTEX;
  memset(r, 0, sizeof *r);
  r->expected = -1;
  r->strategy = how.strategy;
  r->follow = slr_reader_follow;
  r->isGone = slr_share_dead;
  r->wakeWriter = slr_share_wake_writer;
  int e = slr_share_open(&area, name, &open);
  if (e) return e;
  e = slr_reader_enter(r, area, how.from);
  if (e) slr_share_close(area);
  return e;
}

SLR_FN void slr_reader_close(slr_reader *r) {
  slr_leave(r);
  slr_share_close(r->area);
  r->area = NULL;
}

#endif
