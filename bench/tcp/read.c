// Reads a capture through libpcap with the filter `tcp` and counts: what every peer that reads by libpcap pays.
//   cc -O2 read.c -lpcap && ./a.out FILE
#include <pcap.h>
#include <stdio.h>

static unsigned long packets, bytes;

static void packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data) {
  (void)user;
  (void)data;
  packets++;
  bytes += header->caplen;
}

int main(int argc, char **argv) {
  char error[PCAP_ERRBUF_SIZE];
  struct bpf_program program;
  pcap_t *file = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
  if (!file || pcap_compile(file, &program, "tcp", 1, PCAP_NETMASK_UNKNOWN) || pcap_setfilter(file, &program)) return 1;
  pcap_loop(file, -1, packet, NULL);
  pcap_close(file);
  printf("%lu %lu\n", packets, bytes);
  return 0;
}
