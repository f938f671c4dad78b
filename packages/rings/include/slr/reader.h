/* The reader's end: registering, mapping, waking the producer. Part of streamline_share.h. */
#ifndef SLR_READER_H
#define SLR_READER_H

#include "close.h"

SLR_FN int slr_milliseconds_left(uint64_t deadline) {
  uint64_t now = slr_now();
  return now >= deadline ? 0 : (int)((deadline - now + 999999) / 1000000);
}

/* Keeps a successor that was announced; of too many the oldest goes, and has to be asked for. */
SLR_FN void slr_keep_pending(slr_link *link, const slr_reply *r, const int *fds) {
  if (link->pendings == SLR_MAX_PENDING) {
    slr_close_all(link->pending[0].fds, SLR_WIRE_FDS);
    memmove(&link->pending[0], &link->pending[1], sizeof link->pending[0] * --link->pendings);
  }
  link->pending[link->pendings].reply = *r;
  memcpy(link->pending[link->pendings++].fds, fds, sizeof(int) * SLR_WIRE_FDS);
}

/* The next message: 0 with `count` descriptors, or an error. Announcements are kept, -EINTR: that was one. */
SLR_FN int slr_next_message(slr_link *link, slr_reply *r, int *fds, int *count) {
  int e = slr_receive(link->fd, r, sizeof *r, fds, count);
  if (e) return e;
  if (r->magic == SLR_REPLY_MAGIC && r->version == SLR_WIRE_VERSION) {
    if (r->op != SLR_OP_AREA || r->serial != 0 || r->status != 0 || *count != SLR_WIRE_FDS) return 0;
    slr_keep_pending(link, r, fds);
    return -EINTR;
  }
  slr_close_all(fds, *count);
  return -EPROTO;
}

/* Sends a request and waits for its reply. Replies to earlier requests, for which nobody waits any more, are thrown
   away. 0 with `fds`, or an error: the reply's, -ETIMEDOUT, -ECONNRESET, -EPROTO. */
SLR_FN int slr_ask(slr_link *link, const slr_request *q, const int *bells, int some, slr_reply *r, int *fds,
                   uint64_t deadline) {
  int count = 0, resets = 0, e = slr_send(link->fd, q, sizeof *q, bells, some);
  /* Who refuses without waiting for the request has closed already, and left a reply behind the error. */
  if (e && e != -EPIPE) return e;
  for (;;) {
    e = slr_next_message(link, r, fds, &count);
    if (e == -ECONNRESET && resets++ == 0) continue;
    /* Serial number 0: it was refused before anything was read. */
    if (e == 0 && (r->serial == q->serial || (r->serial == 0 && r->status != 0))) break;
    if (e == 0) slr_close_all(fds, count);
    int left = slr_milliseconds_left(deadline);
    if (left == 0) return -ETIMEDOUT;
    if (e == 0 || e == -EINTR) continue;
    if (e != -EAGAIN) return e;
    struct pollfd p = {link->fd, POLLIN, 0};
    if (poll(&p, 1, left) < 0 && errno != EINTR) return -errno;
  }
  if (r->status == 0 && count == SLR_WIRE_FDS) return 0;
  slr_close_all(fds, count);
  return r->status > 0 && r->status < 4096 ? -r->status : -EPROTO;
}

/* Takes a successor that was announced. 0: none of this id. */
SLR_FN int slr_take_pending(slr_link *link, uint32_t id, slr_reply *r, int *fds) {
  /* Not for ever: the owner may never stop. What is not an announcement comes too late for who asked. */
  for (int i = 0; i < 4 * SLR_MAX_PENDING; i++) {
    int count = 0, e = slr_next_message(link, r, fds, &count);
    if (e == 0) slr_close_all(fds, count);
    if (e != 0 && e != -EINTR) break;
  }
  for (int i = 0; i < link->pendings; i++) {
    if (link->pending[i].reply.ring != id) continue;
    *r = link->pending[i].reply;
    memcpy(fds, link->pending[i].fds, sizeof(int) * SLR_WIRE_FDS);
    memmove(&link->pending[i], &link->pending[i + 1], sizeof link->pending[0] * (size_t)(--link->pendings - i));
    return 1;
  }
  return 0;
}

/* An area out of a reply, of which nothing is believed. Takes the descriptors. */
SLR_FN int slr_area_of(slr_area **out, slr_link *link, const slr_reply *r, const int *fds, int role) {
  slr_area *area = slr_new_area(role);
  if (!area) {
    close(fds[0]);
    close(fds[1]);
    return -ENOMEM;
  }
  area->a = fds[0];
  area->b = fds[1];
  area->sizeA = r->sizeA;
  area->sizeB = r->sizeB;
  area->id = r->ring;
  area->slot = r->slot;
  area->epoch = r->epoch;
  int seals = F_SEAL_SHRINK | F_SEAL_GROW, e = 0;
  if (!slr_sizes_ok(r->sizeA, r->sizeB) || r->ring == 0 || r->ring == 0xFFFFFFFFu) e = -EPROTO;
  if (!e && !slr_sealed(area->a, area->sizeA, seals | F_SEAL_FUTURE_WRITE, 1)) e = -EPROTO;
  if (!e && !slr_sealed(area->b, area->sizeB, seals, 0)) e = -EPROTO;
  if (!e) area->slots = (uint32_t)((area->sizeB - SLR_T_BYTES) / SLR_SLOT_BYTES);
  if (!e && area->slots > SLR_MAX_SLOTS) area->slots = SLR_MAX_SLOTS;
  if (!e && role == SLR_READER) e = area->slot < area->slots ? slr_map_table(area, PROT_READ | PROT_WRITE) : -EPROTO;
  if (e) {
    slr_free_area(area);
    return e;
  }
  slr_lock();
  area->link = link;
  link->refs++;
  area->next = slr_k.areas;
  slr_k.areas = area;
  slr_unlock();
  *out = area;
  return 0;
}

/* Connects, and finds out to whom. */
SLR_FN int slr_link_to(slr_link *link, const char *path, uid_t uid, const char *name, uint64_t deadline) {
  struct stat s;
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (!slr_name_ok(name)) return -ENOENT;
  strcpy(link->name, name);
  link->dir = slr_dir_open(path, uid, 0);
  if (link->dir < 0) return link->dir;
  if (fstatat(link->dir, name, &s, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  link->device = s.st_dev;
  link->inode = s.st_ino;
  /* Its queue is full for a moment if many come at once. */
  while ((link->fd = slr_connect(link->dir, name)) == -EAGAIN && slr_milliseconds_left(deadline) > 0) usleep(1000);
  if (link->fd < 0) return link->fd == -EAGAIN ? -ETIMEDOUT : link->fd;
  if (fstat(link->dir, &s) != 0 || getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -errno;
  /* Only the owner of the directory could have bound the name there, or root. */
  if (peer.uid != s.st_uid && peer.uid != 0) return -EPERM;
  link->pid = (uint32_t)peer.pid;
  link->uid = peer.uid;
  return 0;
}

/* How to open a ring; what is 0 has a default. */
typedef struct {
  const char *dir;             /* directory of names; default that of the user */
  const uid_t *uid;            /* whose it must be; default ours */
  uint32_t strategy, wakeMode; /* default SRP, and no wake-ups */
  int observe, timeoutMs;      /* only look; default one second */
} slr_open_options;

/* Registers with the owner of a ring, or observes it; `slr_share_map` comes next. 0 or an error: -ENOENT, -ECONNREFUSED
   (its owner is dead), -EACCES, -EPERM (the directory), -EBUSY (no slot), -ETIMEDOUT, -EPROTO. */
SLR_FN int slr_share_open(slr_area **out, const char *name, const slr_open_options *options) {
  slr_open_options how;
  memset(&how, 0, sizeof how);
  if (options) how = *options;
  int bells[SLR_WIRE_FDS], fds[SLR_WIRE_FDS], count = 0;
  slr_reply r;
  slr_request q;
  slr_link *link = (slr_link *)calloc(1, sizeof *link);
  if (!link) return -ENOMEM;
  link->fd = link->dir = -1;
  slr_no_bells(&link->bells);
  link->timeout = how.timeoutMs > 0 ? how.timeoutMs : 1000;
  uint64_t deadline = slr_now() + (uint64_t)link->timeout * 1000000;
  int e = slr_link_to(link, how.dir, how.uid ? *how.uid : geteuid(), name, deadline);
  memset(&q, 0, sizeof q);
  q.magic = SLR_REQUEST_MAGIC;
  q.version = SLR_WIRE_VERSION;
  q.op = how.observe ? SLR_OP_OBSERVE : SLR_OP_REGISTER;
  q.strategy = how.strategy ? how.strategy : (uint32_t)SLR_SRP;
  q.wakeMode = how.wakeMode;
  q.serial = ++link->asked;
  if (!e && !how.observe) e = slr_make_bells(&link->bells, bells, &count, link->uid == geteuid());
  if (!e) e = slr_ask(link, &q, bells, count, &r, fds, deadline);
  slr_sent_bells(&link->bells, bells, count);
  /* It has closed while we asked. */
  if (e == -ECONNRESET) e = -ECONNREFUSED;
  if (!e) e = slr_area_of(out, link, &r, fds, how.observe ? SLR_OBSERVER : SLR_READER);
  if (e) {
    slr_free_link(link);
    return e;
  }
  slr_lock();
  e = slr_start();
  link->serial = slr_serial(SLR_IS_LINK);
  link->next = slr_k.links;
  slr_k.links = link;
  if (!e) e = slr_watch(slr_k.epoll, link->fd, EPOLLRDHUP, link->serial, 0);
  slr_unlock();
  if (!e) return 0;
  slr_share_close(*out);
  return e;
}

/* Asks for an area of the same ring, unless it was announced. */
SLR_FN int slr_ask_successor(slr_link *link, uint32_t id, slr_reply *r, int *fds) {
  slr_request q;
  if (slr_take_pending(link, id, r, fds)) return 0;
  if (__atomic_load_n(&link->dead, __ATOMIC_ACQUIRE)) return -ECONNRESET;
  memset(&q, 0, sizeof q);
  q.magic = SLR_REQUEST_MAGIC;
  q.version = SLR_WIRE_VERSION;
  q.op = SLR_OP_AREA;
  q.ring = id;
  q.serial = ++link->asked;
  int e = slr_ask(link, &q, NULL, 0, r, fds, slr_now() + (uint64_t)link->timeout * 1000000);
  if (e || r->ring == id) return e;
  slr_close_all(fds, SLR_WIRE_FDS);
  return -EPROTO;
}

/* The memory of another area of the same ring, by the same registration; `slr_share_map` comes next. 0 or an error:
   -ENOENT, -EBUSY, -ECONNRESET (the owner is dead), -ETIMEDOUT, -EPROTO; -EALREADY: another thread is just asking. */
SLR_FN int slr_share_successor(slr_area *area, uint32_t id, slr_area **out) {
  int fds[SLR_WIRE_FDS];
  slr_reply r;
  slr_link *link = area->link;
  if (!link) return -EINVAL;
  slr_lock();
  int e = link->busy ? -EALREADY : 0;
  link->busy = 1;
  slr_unlock();
  if (e) return e;
  e = slr_ask_successor(link, id, &r, fds);
  if (!e) e = slr_area_of(out, link, &r, fds, area->role);
  slr_lock();
  link->busy = 0;
  slr_unlock();
  return e;
}

/* Maps what was opened: at `at`, over whatever is there, or (NULL) anywhere. */
SLR_FN int slr_share_map(slr_area *area, void *at) {
  if (area->role == SLR_PRODUCER || area->base) return -EINVAL;
  int table = area->role == SLR_READER ? PROT_READ | PROT_WRITE : PROT_READ;
  int e = slr_map_pair(&area->base, at, area->a, PROT_READ, area->sizeA, area->b, table, area->sizeB);
  if (e) return e;
  area->placed = at != NULL;
  slr_touch(area->base, area->sizeA + area->sizeB, 0);
  slr_shut(&area->a);
  slr_shut(&area->b);
  return 0;
}

#endif
