/* Closing either end. Part of streamline_share.h. */
#ifndef SLR_CLOSE_H
#define SLR_CLOSE_H

#include "producer.h"
#include <poll.h>

SLR_FN void slr_close_all(int *fds, int count) {
  while (count > 0) close(fds[--count]);
}

SLR_FN void slr_free_link(slr_link *link) {
  while (link->pendings > 0) slr_close_all(link->pending[--link->pendings].fds, SLR_WIRE_FDS);
  slr_shut(&link->fd);
  slr_shut_bells(&link->bells);
  slr_shut(&link->dir);
  free(link);
}

/* The name goes with its newest area. Older ones stay mapped by their readers; nobody can ask for them any more. */
SLR_FN void slr_end_share(slr_share *share) {
  slr_share **at = &slr_k.shares;
  while (*at && *at != share) at = &(*at)->next;
  if (*at) *at = share->next;
  slr_unname(share);
  while (share->connections) slr_drop_connection(share, share->connections);
  for (slr_area *area = slr_k.areas; area; area = area->next) {
    if (area->share != share) continue;
    slr_unlink_id(share, area->id);
    area->share = NULL;
  }
  slr_unwatch(slr_k.epoll, share->fd);
  slr_free_share(share);
}

/* The owner has died, whether the keeper has noticed already or not. */
SLR_FN int slr_is_dead(const slr_link *link) {
  struct pollfd p = {link->fd, 0, 0};
  return link->dead || (poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)));
}

/* Ends what this end is: a registration, a name, a mapping. The last to leave a dead owner removes its name. */
SLR_FN void slr_share_close(slr_area *area) {
  slr_link *link = NULL;
  slr_lock();
  slr_area **at = &slr_k.areas;
  while (*at && *at != area) at = &(*at)->next;
  if (*at) *at = area->next;
  slr_share *share = area->share;
  if (share && share->newest == area) {
    slr_unlink_id(share, area->id);
    slr_end_share(share);
  } else if (share) slr_unlink_id(share, area->id);
  if (area->link && --area->link->refs == 0) {
    link = area->link;
    slr_link **in = &slr_k.links;
    while (*in && *in != link) in = &(*in)->next;
    if (*in) *in = link->next;
    slr_unwatch(slr_k.epoll, link->fd);
  }
  /* The keeper ends if this was the last. */
  if (slr_k.running) slr_arm(slr_now());
  slr_unlock();
  if (link) {
    if (slr_is_dead(link)) slr_remove_dead(link->dir, link->name, link->device, link->inode);
    slr_free_link(link);
  }
  slr_free_area(area);
}

#endif
