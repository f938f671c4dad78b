// Reassembles the TCP streams of a capture with libnids and counts connections and bytes. Checksums are left alone, as
// Streamline leaves them by default.
//   cc -O2 nids.c -lnids && ./a.out FILE
#include <nids.h>
#include <stdio.h>

static unsigned long connections, bytes;

static void stream(struct tcp_stream *s, void **unused) {
  (void)unused;
  if (s->nids_state == NIDS_JUST_EST) {
    connections++;
    s->client.collect = 1;
    s->server.collect = 1;
  } else if (s->nids_state == NIDS_DATA) bytes += (unsigned)s->client.count_new + (unsigned)s->server.count_new;
}

static void quiet(void) {}

int main(int argc, char **argv) {
  static struct nids_chksum_ctl off = {0, 0, NIDS_DONT_CHKSUM, 0};
  if (argc != 2) return 1;
  nids_params.filename = argv[1];
  nids_params.pcap_filter = "tcp";
  nids_params.n_tcp_streams = 65536;
  nids_params.scan_num_hosts = 0;
  nids_params.syslog = quiet;
  if (!nids_init()) return 1;
  nids_register_chksum_ctl(&off, 1);
  nids_register_tcp(stream);
  nids_run();
  printf("%lu %lu\n", connections, bytes);
  return 0;
}
