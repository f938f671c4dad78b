/* The keeper: one thread of a process that answers those who want to read its rings, notices who dies, and signals
   later what was not signalled at once. Part of streamline_share.h.

   Everything here is guarded by slr_k.lock; nothing waits while it is held. Objects are found by serial number, never
   by an address that an event carries, so that an event of what has just been closed finds nothing. What decides who
   owns a slot is private memory, not the table, which others can write. */
#ifndef SLR_KEEPER_H
#define SLR_KEEPER_H

#include "wire.h"
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

enum { SLR_PRODUCER = 1, SLR_READER = 2, SLR_OBSERVER = 3 };
enum { SLR_MAX_CONNECTIONS = 64 };
#define SLR_SECOND ((uint64_t)1000000000)

/* One end of one ring: a pair of memfds, mapped or not yet. */
typedef struct slr_area {
  struct slr_area *next;
  int role;
  int a, b, bReadonly;     /* descriptors; of the producer `a` cannot write any more once it serves */
  uint64_t sizeA, sizeB;
  uint32_t id, slot, epoch, slots;
  uint8_t *base;           /* where A and then B are mapped, or NULL */
  int placed;              /* `base` lies in somebody else's memory: anonymous memory takes its place */
  void *table;             /* a mapping of B of our own, which lives as long as this */
  uint32_t *status;        /* reader: becomes 1 when the producer is gone */
  struct slr_share *share; /* producer */
  struct slr_link *link;   /* reader */
  int bells;               /* producer: an epoll set of the readers' doorbells and `event`; reader: its doorbell */
  int event;               /* producer: how the keeper signals it */
  uint64_t due;            /* producer: look for sleepers at this time; 0 never */
  struct slr_connection *owner[SLR_MAX_SLOTS];
  uint32_t goneEpoch[SLR_MAX_SLOTS]; /* epoch of the last owner that died, 0 none */
  char name[SLR_NAME_MAX + 1];
} slr_area;

/* Somebody who has connected to us. */
typedef struct slr_connection {
  struct slr_connection *next;
  uint64_t serial, deadline;
  int fd, bell, op;
  uint32_t epoch;
} slr_connection;

/* A name that we serve. */
typedef struct slr_share {
  struct slr_share *next;
  uint64_t serial, again; /* `again`: listen again at this time, after descriptors ran out */
  int dir, fd, areas, count;
  dev_t device;
  ino_t inode;
  slr_area *newest;
  slr_connection *connections;
  char name[SLR_NAME_MAX + 1];
} slr_share;

/* Our registration with somebody else. Its connection lives as long as the last area that came by it. */
typedef struct slr_link {
  struct slr_link *next;
  uint64_t serial;
  int fd, bell, refs, dead, busy, op;
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

/* The timer stands at the earliest time that anything waits for. */
SLR_FN void slr_arm(uint64_t at) {
  struct itimerspec t;
  if (at == 0 || (slr_k.armed != 0 && slr_k.armed <= at) || slr_k.timer < 0) return;
  memset(&t, 0, sizeof t);
  t.it_value.tv_sec = (time_t)(at / SLR_SECOND);
  t.it_value.tv_nsec = (long)(at % SLR_SECOND);
  slr_k.armed = at;
  timerfd_settime(slr_k.timer, TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- signalling ---- */

SLR_FN void slr_signal_producer(slr_area *area) {
  uint64_t one = 1;
  if (slr_load(slr_word(area->table, SLR_T_WRITER_SLEEPS)) == 0) return;
  if (slr_exchange(slr_word(area->table, SLR_T_WRITER_SLEEPS), 0) == 0) return;
  slr_futex_wake(slr_word(area->table, SLR_T_WRITER_SLEEPS));
  /* Private and non-blocking, so this write cannot wait. */
  if (write(area->event, &one, sizeof one) < 0) return;
}

/* Wakes the readers of these slots that sleep outside this process. Each `wake` changes before its reader is woken.
   The lock is for the doorbells only: their owners may go at any time. */
SLR_FN void slr_signal_readers(slr_area *area, uint32_t mask, int locked) {
  for (uint32_t s = 0; mask != 0 && s < area->slots; s++, mask >>= 1) {
    if ((mask & 1) == 0) continue;
    uint32_t mode = slr_load(slr_slot_word(area->table, s, SLR_S_WAKE_MODE));
    uint32_t *wake = slr_slot_word(area->table, s, SLR_S_WAKE);
    if (mode != SLR_WAKE_FUTEX && mode != SLR_WAKE_BELL) continue;
    slr_add(wake, 1);
    if (mode == SLR_WAKE_FUTEX) {
      slr_futex_wake(wake);
      continue;
    }
    if (!locked) slr_lock();
    if (area->owner[s] && area->owner[s]->bell >= 0) slr_ring_bell(area->owner[s]->bell);
    if (!locked) slr_unlock();
  }
}

/* ---- slots ---- */

SLR_FN void slr_evict(slr_area *area, uint32_t s, uint32_t epoch) {
  uint32_t *state = slr_slot_word(area->table, s, SLR_S_STATE), *word = slr_slot_word(area->table, s, SLR_S_EPOCH);
  if (slr_load(word) != epoch) return;
  if (!slr_swap(state, SLR_ACTIVE, SLR_FREE) && !slr_swap(state, SLR_CLAIMED, SLR_FREE)) return;
  slr_add(word, 1);
  slr_signal_producer(area);
}

SLR_FN int slr_claim(slr_area *area, slr_connection *c, uint32_t pid, const slr_request *q, uint32_t *slot) {
  for (uint32_t s = 0; s < area->slots; s++) {
    if (!slr_swap(slr_slot_word(area->table, s, SLR_S_STATE), SLR_FREE, SLR_CLAIMED)) continue;
    c->epoch = slr_add(slr_slot_word(area->table, s, SLR_S_EPOCH), 1) + 1;
    slr_store(slr_slot_word(area->table, s, SLR_S_PID), pid);
    slr_store(slr_slot_word(area->table, s, SLR_S_STRATEGY), q->strategy);
    slr_store(slr_slot_word(area->table, s, SLR_S_WAKE_MODE), q->wakeMode);
    area->owner[s] = c;
    area->goneEpoch[s] = 0;
    *slot = s;
    return 0;
  }
  return EBUSY;
}

SLR_FN void slr_drop_connection(slr_share *share, slr_connection *c) {
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->share != share) continue;
    if (c->bell >= 0) slr_unwatch(area->bells, c->bell);
    for (uint32_t s = 0; s < area->slots; s++) {
      if (area->owner[s] != c) continue;
      area->owner[s] = NULL;
      area->goneEpoch[s] = c->epoch;
      slr_evict(area, s, c->epoch);
    }
  }
  slr_connection **at = &share->connections;
  while (*at && *at != c) at = &(*at)->next;
  if (*at) *at = c->next;
  share->count--;
  slr_unwatch(slr_k.epoll, c->fd);
  slr_shut(&c->fd);
  slr_shut(&c->bell);
  free(c);
}

/* ---- serving ---- */

enum { SLR_IS_TIMER = 0, SLR_IS_SHARE = 1, SLR_IS_CONNECTION = 2, SLR_IS_LINK = 3 };
SLR_FN uint64_t slr_serial(int kind) { return ++slr_k.serial << 2 | (uint64_t)kind; }

SLR_FN void slr_accept(slr_share *share) {
  for (int i = 0; i < 16; i++) {
    int fd = accept4(share->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) return;
      /* Out of descriptors: the event would come again at once, for ever. */
      share->again = slr_now() + SLR_SECOND / 10;
      slr_watch(slr_k.epoll, share->fd, 0, share->serial, 1);
      slr_arm(share->again);
      return;
    }
    slr_connection *c = share->count < SLR_MAX_CONNECTIONS ? (slr_connection *)calloc(1, sizeof *c) : NULL;
    if (!c) {
      slr_reply full;
      memset(&full, 0, sizeof full);
      full.magic = SLR_REPLY_MAGIC;
      full.version = SLR_WIRE_VERSION;
      full.status = EBUSY;
      slr_send(fd, &full, sizeof full, NULL, 0);
      close(fd);
      continue;
    }
    c->serial = slr_serial(SLR_IS_CONNECTION);
    c->fd = fd;
    c->bell = -1;
    c->deadline = slr_now() + SLR_SECOND;
    c->next = share->connections;
    share->connections = c;
    share->count++;
    if (slr_watch(slr_k.epoll, fd, EPOLLIN | EPOLLRDHUP, c->serial, 0) != 0) slr_drop_connection(share, c);
    else slr_arm(c->deadline);
  }
}

SLR_FN int slr_ask_register(slr_share *share, slr_connection *c, const slr_request *q, int *bell, slr_reply *r) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  slr_area *area = share->newest;
  if (c->op != 0 || q->strategy < SLR_SRP || q->strategy > SLR_FRP || q->wakeMode > SLR_WAKE_BELL) return EINVAL;
  if (q->wakeMode == SLR_WAKE_NOTIFY || *bell < 0) return EINVAL;
  if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return errno;
  int e = slr_claim(area, c, (uint32_t)peer.pid, q, &r->slot);
  if (e) return e;
  c->op = SLR_OP_REGISTER;
  c->bell = *bell;
  *bell = -1;
  for (slr_area *one = slr_k.areas; one; one = one->next) {
    /* What is not a socket cannot be watched, or rung: its reader hears nothing, which is its own affair. */
    if (one->share == share) slr_watch(one->bells, c->bell, EPOLLIN | EPOLLET, (uint64_t)c->bell, 0);
  }
  r->ring = area->id;
  r->epoch = c->epoch;
  return 0;
}

/* One request. Whatever is not understood ends the connection. */
SLR_FN void slr_answer(slr_share *share, slr_connection *c) {
  slr_request q;
  slr_reply r;
  int fds[SLR_WIRE_FDS], count = 0, bell = -1, status = EPROTO;
  int e = slr_receive(c->fd, &q, sizeof q, fds, &count);
  if (e == -EAGAIN) return;
  if (e || q.magic != SLR_REQUEST_MAGIC || count > 1) {
    while (count > 0) close(fds[--count]);
    slr_drop_connection(share, c);
    return;
  }
  if (count == 1) bell = fds[0];
  memset(&r, 0, sizeof r);
  r.magic = SLR_REPLY_MAGIC;
  r.version = SLR_WIRE_VERSION;
  r.op = q.op;
  r.slot = SLR_NO_SLOT;
  slr_area *area = share->newest;
  if (q.version != SLR_WIRE_VERSION) status = EPROTONOSUPPORT;
  else if (!area) status = ENOENT;
  else if (q.op == SLR_OP_REGISTER) status = slr_ask_register(share, c, &q, &bell, &r);
  else if (q.op == SLR_OP_OBSERVE && c->op == 0) {
    c->op = SLR_OP_OBSERVE;
    r.ring = area->id;
    status = 0;
  } else if (q.op == SLR_OP_AREA && c->op != 0) {
    for (area = slr_k.areas; area && (area->share != share || area->id != q.ring);) area = area->next;
    status = area ? 0 : ENOENT;
    r.ring = q.ring;
    for (uint32_t s = 0; area && s < area->slots; s++) {
      if (area->owner[s] != c) continue;
      r.slot = s;
      r.epoch = c->epoch;
    }
  }
  slr_shut(&bell);
  r.status = status;
  int out[SLR_WIRE_FDS] = {-1, -1};
  if (status == 0) {
    r.sizeA = area->sizeA;
    r.sizeB = area->sizeB;
    out[0] = area->a;
    out[1] = c->op == SLR_OP_OBSERVE ? area->bReadonly : area->b;
    c->deadline = 0;
  }
  e = slr_send(c->fd, &r, sizeof r, out, status == 0 ? 2 : 0);
  /* An area that has gone is no reason to end a registration. */
  if (e || (status != 0 && !(q.op == SLR_OP_AREA && status == ENOENT))) slr_drop_connection(share, c);
}

SLR_FN void slr_link_died(slr_link *link) {
  if (link->dead) return;
  link->dead = 1;
  slr_unwatch(slr_k.epoll, link->fd);
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->link != link) continue;
    if (area->status) slr_store(area->status, 1);
    if (area->role != SLR_READER || area->slot >= area->slots) continue;
    /* A doorbell needs nothing: the producer held its other end, so this one reports the end, too. */
    uint32_t *wake = slr_slot_word(area->table, area->slot, SLR_S_WAKE);
    slr_add(wake, 1);
    slr_futex_wake(wake);
  }
}

/* Everything that waits for a time. */
SLR_FN void slr_tick(void) {
  uint64_t now = slr_now(), rings;
  if (read(slr_k.timer, &rings, sizeof rings) < 0 && errno != EAGAIN) return;
  slr_k.armed = 0;
  for (slr_share *share = slr_k.shares; share; share = share->next) {
    if (share->again && share->again <= now) {
      share->again = 0;
      slr_watch(slr_k.epoll, share->fd, EPOLLIN, share->serial, 1);
    }
    slr_arm(share->again);
    for (slr_connection *c = share->connections, *next; c; c = next) {
      next = c->next;
      if (c->deadline && c->deadline <= now) slr_drop_connection(share, c);
      else slr_arm(c->deadline);
    }
  }
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->due && area->due <= now) {
      area->due = 0;
      if (slr_load(slr_word(area->table, SLR_T_SLEEPERS)) != 0) {
        slr_signal_readers(area, slr_exchange(slr_word(area->table, SLR_T_SLEEPERS), 0), 1);
      }
    }
    slr_arm(area->due);
  }
}

SLR_FN void slr_event(uint64_t what) {
  if (what == SLR_IS_TIMER) {
    slr_tick();
    return;
  }
  for (slr_share *share = slr_k.shares; share; share = share->next) {
    if (share->serial == what) {
      slr_accept(share);
      return;
    }
    for (slr_connection *c = share->connections; c; c = c->next) {
      if (c->serial != what) continue;
      slr_answer(share, c);
      return;
    }
  }
  for (slr_link *link = slr_k.links; link; link = link->next) {
    if (link->serial == what) slr_link_died(link);
  }
}

SLR_FN void *slr_keep(void *unused) {
  struct epoll_event events[16];
  int set = slr_k.epoll;
  (void)unused;
  for (;;) {
    int n = epoll_wait(set, events, 16, -1);
    slr_lock();
    for (int i = 0; i < n; i++) slr_event(events[i].data.u64);
    if (!slr_k.shares && !slr_k.links && !slr_k.areas) break;
    slr_unlock();
  }
  slr_shut(&slr_k.epoll);
  slr_shut(&slr_k.timer);
  slr_k.running = 0;
  slr_unlock();
  return NULL;
}

/* ---- fork and exit ---- */

SLR_FN void slr_unname(slr_share *share) {
  struct stat s;
  /* Not if somebody else has put another socket there. */
  if (fstatat(share->dir, share->name, &s, AT_SYMLINK_NOFOLLOW) == 0 && s.st_dev == share->device && s.st_ino == share->inode) {
    slr_unlink_ids(share->dir, share->name);
    unlinkat(share->dir, share->name, 0);
  }
}

SLR_FN void slr_at_exit(void) {
  if (pthread_mutex_trylock(&slr_k.lock) != 0) {
    /* The keeper never holds it for long; who else does may have been cut off in the middle. */
    usleep(20000);
    if (pthread_mutex_trylock(&slr_k.lock) != 0) return;
  }
  for (slr_share *share = slr_k.shares; share; share = share->next) slr_unname(share);
  slr_unlock();
}

/* A forked child has no keeper. It closes its copies, else the death of its parent would go unnoticed. */
SLR_FN void slr_in_child(void) {
  for (slr_share *s = slr_k.shares; s; s = s->next) {
    slr_shut(&s->fd);
    slr_shut(&s->dir);
    for (slr_connection *c = s->connections; c; c = c->next) {
      slr_shut(&c->fd);
      slr_shut(&c->bell);
    }
    s->connections = NULL;
  }
  for (slr_link *l = slr_k.links; l; l = l->next) {
    slr_shut(&l->fd);
    slr_shut(&l->bell);
  }
  for (slr_area *a = slr_k.areas; a; a = a->next) {
    slr_shut(&a->bells);
    slr_shut(&a->event);
    a->share = NULL;
    a->link = NULL;
    a->status = NULL;
    memset(a->owner, 0, sizeof a->owner);
  }
  slr_shut(&slr_k.epoll);
  slr_shut(&slr_k.timer);
  slr_k.running = 0;
  slr_k.areas = NULL;
  slr_k.shares = NULL;
  slr_k.links = NULL;
  slr_unlock();
}

/* Called with the lock held. The thread ends by itself when there is nothing left. */
SLR_FN int slr_start(void) {
  sigset_t all, before;
  pthread_t thread;
  pthread_attr_t detached;
  if (slr_k.running) return 0;
  if (!slr_k.prepared) {
    if (pthread_atfork(slr_lock, slr_unlock, slr_in_child) != 0 || atexit(slr_at_exit) != 0) return -ENOMEM;
    slr_k.prepared = 1;
  }
  slr_k.epoll = epoll_create1(EPOLL_CLOEXEC);
  slr_k.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  slr_k.armed = 0;
  int e = slr_k.epoll < 0 || slr_k.timer < 0 ? errno : 0;
  if (!e) e = -slr_watch(slr_k.epoll, slr_k.timer, EPOLLIN, SLR_IS_TIMER, 0);
  if (!e) {
    /* Signals are for the threads of the program. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    e = pthread_create(&thread, &detached, slr_keep, NULL);
    pthread_attr_destroy(&detached);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
  }
  if (e) {
    slr_shut(&slr_k.epoll);
    slr_shut(&slr_k.timer);
    return -e;
  }
  slr_k.running = 1;
  return 0;
}

#endif
