/* What the keeper knows: areas, names that are served, registrations with others. Part of streamline_share.h.

   Everything here is guarded by slr_k.lock; nothing waits while it is held. Objects are found by serial number, never
   by an address that an event carries, so that an event of what has just been closed finds nothing. What decides who
   owns a slot is private memory, not the table, which others can write. */
#ifndef SLR_STATE_H
#define SLR_STATE_H

#include "bells.h"
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

enum { SLR_PRODUCER = 1, SLR_READER = 2, SLR_OBSERVER = 3 };
enum { SLR_MAX_CONNECTIONS = 64, SLR_MAX_PENDING = 8 };
#define SLR_SECOND ((uint64_t)1000000000)

/* One end of one ring: a pair of memfds, mapped or not yet. */
typedef struct slr_area {
  struct slr_area *next;
  int role;
  int a, b, bReadonly;     /* descriptors; `a` cannot write */
  uint64_t sizeA, sizeB;
  uint32_t id, slot, epoch, slots;
  uint8_t *base;           /* where A and then B are mapped, or NULL */
  int placed;              /* `base` lies in somebody else's memory: anonymous memory takes its place */
  void *table;             /* a mapping of B of our own, which lives as long as this */
  uint32_t *status;        /* reader, observer: if somebody wants it, a word that becomes 1 when the owner is gone */
  struct slr_share *share; /* producer: once it is served */
  struct slr_link *link;   /* reader, observer */
  int bells, event;        /* producer: an epoll set of the readers' doorbells and of `event`, the keeper's own */
  uint64_t due;            /* producer: look for sleepers at this time; 0 never */
  uint32_t evictions;      /* producer: readers whose connection ended while they held a slot, each counted once */
  struct {
    struct slr_connection *owner;
    uint32_t epoch, gone;  /* of the owner; and of the last one that died, 0 none */
  } held[SLR_MAX_SLOTS];
} slr_area;

/* Somebody who has connected to us. */
typedef struct slr_connection {
  struct slr_connection *next;
  uint64_t serial, deadline;
  int fd, op, sameUser;
  slr_bells bells;
  uint32_t pid, strategy, wakeMode;
} slr_connection;

/* A name that we serve. */
typedef struct slr_share {
  struct slr_share *next;
  uint64_t serial, again; /* `again`: listen again at this time, after descriptors ran out */
  int dir, fd, access, count;
  dev_t device;
  ino_t inode;
  slr_area *newest;
  slr_connection *connections;
  char name[SLR_NAME_MAX + 1];
} slr_share;

/* Our registration with somebody else. It lives as long as the last area that came by it. */
typedef struct slr_link {
  struct slr_link *next;
  uint64_t serial;
  slr_bells bells;
  int fd, dir, refs, dead, busy, timeout;
  uint32_t pid, uid, asked;
  dev_t device;           /* of the socket that has the name */
  ino_t inode;
  int pendings;           /* successors that we were told of and have not asked for yet, oldest first */
  struct {
    slr_reply reply;
    int fds[SLR_WIRE_FDS];
  } pending[SLR_MAX_PENDING];
  char name[SLR_NAME_MAX + 1];
} slr_link;

static struct {
  pthread_mutex_t lock;
  int running, prepared;
  int epoll, timer;
  uint64_t serial, armed;
  slr_area *areas;
  slr_share *shares;
  slr_link *links;
} slr_k = {PTHREAD_MUTEX_INITIALIZER, 0, 0, -1, -1, 0, 0, NULL, NULL, NULL};

SLR_FN void slr_lock(void) { pthread_mutex_lock(&slr_k.lock); }
SLR_FN void slr_unlock(void) { pthread_mutex_unlock(&slr_k.lock); }

/* What an event says, beside a serial number: of which kind its object is. */
enum { SLR_IS_TIMER = 0, SLR_IS_SHARE = 1, SLR_IS_CONNECTION = 2, SLR_IS_LINK = 3 };
SLR_FN uint64_t slr_serial(int kind) { return ++slr_k.serial << 2 | (uint64_t)kind; }

SLR_FN int slr_watch(int set, int fd, uint32_t events, uint64_t what, int change) {
  struct epoll_event e;
  memset(&e, 0, sizeof e);
  e.events = events;
  e.data.u64 = what;
  return epoll_ctl(set, change ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : -errno;
}
SLR_FN void slr_unwatch(int set, int fd) {
  if (set >= 0 && fd >= 0) epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL);
}

/* The timer stands at the earliest time that anything waits for. 0: nothing to wait for. */
SLR_FN void slr_arm(uint64_t at) {
  struct itimerspec t;
  if (at == 0 || (slr_k.armed != 0 && slr_k.armed <= at) || slr_k.timer < 0) return;
  memset(&t, 0, sizeof t);
  t.it_value.tv_sec = (time_t)(at / SLR_SECOND);
  t.it_value.tv_nsec = (long)(at % SLR_SECOND);
  slr_k.armed = at;
  timerfd_settime(slr_k.timer, TFD_TIMER_ABSTIME, &t, NULL);
}

#endif
