/* A producer in C: writes numbered, checksummed blocks into a ring by name, for readers in C or JavaScript.

     cc -O2 -I../../include -o producer producer.c -pthread
     ./producer NAME COUNT [kind=d|v|p|c] [bytes=65536] [most=1024] [strategy=srp|mrp|frp] [readers=1] [hold=0]

   `most`: bytes of the largest block; `readers`: how many to wait for; `hold=1`: after the last block, wait for the end
   of standard input before it closes. */
#include <streamline_ring.h>

#include "blocks.h"

/* The value of an argument `key=value`, or what it is without. */
static const char *argument(int argc, char **argv, const char *key, const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 3; i < argc; i++) {
    if (strncmp(argv[i], key, length) == 0 && argv[i][length] == '=') return argv[i] + length + 1;
  }
  return otherwise;
}

static uint32_t number(int argc, char **argv, const char *key, uint32_t otherwise) {
  const char *text = argument(argc, argv, key, NULL);
  return text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

/* A block that is cut where the ring ends, for a c ring; all others go in one piece. */
static int write_all(slr_writer *ring, const uint8_t *bytes, uint32_t length) {
  for (;;) {
    int64_t taken = slr_write(ring, bytes, length);
    if (taken == (int64_t)length) return 0;
    if (taken < 0 && errno != EAGAIN) return -errno;
    if (taken > 0) {
      bytes += taken;
      length -= (uint32_t)taken;
    } else slr_wait_room(ring, -1);
  }
}

static int write_blocks(slr_writer *ring, uint32_t count, uint32_t most) {
  uint8_t *block = (uint8_t *)malloc(most);
  uint64_t bytes = 0;
  int e = block ? 0 : -ENOMEM;
  for (uint32_t n = 0; n < count && !e; n++) {
    uint32_t length = blocks_make(block, n, most);
    if (ring->ring.kind == SLR_KIND_C) {
      for (uint32_t i = 0; i < length; i++) block[i] = blocks_byte(bytes++);
    }
    e = write_all(ring, block, length);
  }
  free(block);
  return e;
}

int main(int argc, char **argv) {
  static const char KINDS[] = "?cpvd";
  slr_writer_options options;
  slr_writer ring;
  memset(&options, 0, sizeof options);
  if (argc < 3) {
    fprintf(stderr, "usage: %s NAME COUNT [kind=] [bytes=] [most=] [strategy=] [readers=] [hold=]\n", argv[0]);
    return 2;
  }
  uint32_t most = number(argc, argv, "most", 1024);
  const char *kind = strchr(KINDS, argument(argc, argv, "kind", "d")[0]);
  const char *strategy = argument(argc, argv, "strategy", "srp");
  options.shape.kind = kind ? (uint32_t)(kind - KINDS) : 0;
  options.shape.bytes = number(argc, argv, "bytes", 65536);
  options.shape.slotBytes = most;
  options.shape.strategy = strategy[0] == 'f' ? SLR_FRP : strategy[0] == 'm' ? SLR_MRP : SLR_SRP;
  options.readers = number(argc, argv, "readers", 1);

  int e = most < 8 ? -EINVAL : slr_writer_open(&ring, argv[1], &options);
  if (e) {
    fprintf(stderr, "%s: %s\n", argv[1], strerror(-e));
    return 1;
  }
  printf("ready\n");
  fflush(stdout);
  /* A ring that overwrites waits for nobody, but blocks that nobody sees prove nothing. */
  while (slr_load(slr_table(&ring.ring, SLR_T_JOINED)) < options.readers) usleep(1000);
  e = write_blocks(&ring, (uint32_t)strtoul(argv[2], NULL, 10), most);
  slr_publish(&ring);
  if (number(argc, argv, "hold", 0)) {
    printf("written\n");
    fflush(stdout);
    while (getchar() != EOF) continue;
  }
  slr_end(&ring);
  printf("{\"blocks\":%llu,\"bytes\":%llu,\"full\":%llu,\"evicted\":%llu}\n", (unsigned long long)ring.blocks,
         (unsigned long long)ring.bytes, (unsigned long long)ring.full, (unsigned long long)ring.evicted);
  slr_writer_close(&ring);
  if (e) fprintf(stderr, "%s: %s\n", argv[1], strerror(-e));
  return e ? 1 : 0;
}
