/* Doorbells: how an end that sleeps in an event loop is woken by a descriptor (docs/reference/ring-sharing.md).
   Part of streamline_share.h. */
#ifndef SLR_BELLS_H
#define SLR_BELLS_H

#include "wire.h"
#include <sys/eventfd.h>

/* What one side holds: it rings `out` and listens to `in`. A pair of eventfds between processes of one user, for whom
   they are cheaper; else one socket, which is both: whoever has an eventfd can make the other's write(2) wait. */
typedef struct {
  int in, out, isEvent;
} slr_bells;

SLR_FN void slr_no_bells(slr_bells *b) {
  b->in = b->out = -1;
  b->isEvent = 0;
}

SLR_FN void slr_shut_bells(slr_bells *b) {
  if (b->out == b->in) b->out = -1;
  slr_shut(&b->in);
  slr_shut(&b->out);
}

/* A doorbell and the descriptors of its other side, `*count` of them. */
SLR_FN int slr_make_bells(slr_bells *mine, int *theirs, int *count, int sameUser) {
  int pair[2];
  slr_no_bells(mine);
  *count = 0;
  mine->isEvent = sameUser;
  if (!sameUser) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) return -errno;
    mine->in = mine->out = pair[0];
    theirs[(*count)++] = pair[1];
    return 0;
  }
  mine->in = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  mine->out = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mine->in < 0 || mine->out < 0) {
    int e = -errno;
    slr_shut_bells(mine);
    return e;
  }
  theirs[(*count)++] = mine->in;
  theirs[(*count)++] = mine->out;
  return 0;
}

/* The descriptors that `slr_make_bells` gave have been sent. */
SLR_FN void slr_sent_bells(const slr_bells *mine, const int *theirs, int count) {
  if (!mine->isEvent && count > 0) close(theirs[0]);
}

SLR_FN int slr_is_eventfd(int fd) {
  char path[32], target[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(path, target, sizeof target - 1);
  target[n < 0 ? 0 : n] = 0;
  return strcmp(target, "anon_inode:[eventfd]") == 0;
}

SLR_FN int slr_is_stream(int fd) {
  int domain = 0, type = 0;
  socklen_t length = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return 0;
  length = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && domain == AF_UNIX && type == SOCK_STREAM;
}

/* Makes a doorbell of descriptors that a peer has sent, if they are one. 1: it has them now. */
SLR_FN int slr_take_bells(slr_bells *b, const int *fds, int count, int sameUser) {
  if (count == 1 && slr_is_stream(fds[0])) {
    b->in = b->out = fds[0];
    b->isEvent = 0;
    return 1;
  }
  if (count != 2 || !sameUser || !slr_is_eventfd(fds[0]) || !slr_is_eventfd(fds[1])) return 0;
  b->out = fds[0];
  b->in = fds[1];
  b->isEvent = 1;
  return 1;
}

/* Full: it has been rung already. Its other side is dead: that is noticed elsewhere. */
SLR_FN void slr_ring_fd(int fd, int isEvent) {
  uint64_t one = 1;
  if (!isEvent) send(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  else if (write(fd, &one, sizeof one) < 0) return;
}
SLR_FN void slr_ring(const slr_bells *b) { slr_ring_fd(b->out, b->isEvent); }

/* Takes what has been rung: 0, or -ECONNRESET when a socket's other side is gone. One look takes all that a socket
   holds in bytes sent one by one; it is bounded, since the other side may never stop. */
SLR_FN int slr_hear(const slr_bells *b) {
  char rings[256];
  uint64_t count;
  if (b->isEvent) return read(b->in, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR ? -ECONNRESET : 0;
  for (int i = 0; i < 8; i++) {
    ssize_t n = recv(b->in, rings, sizeof rings, MSG_DONTWAIT);
    if (n == 0) return -ECONNRESET;
    if (n < 0) return errno == EAGAIN || errno == EINTR ? 0 : -ECONNRESET;
    if ((size_t)n < sizeof rings) return 0;
  }
  return 0;
}

#endif
