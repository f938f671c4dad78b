/* A producer that forks: its child lives on, does nothing, and holds nothing.

     forker NAME        prints "forked"; both processes end when they are killed, or standard input ends
*/
#include <streamline_ring.h>

#include <dirent.h>

/* Open descriptors of this process. */
static int descriptors(void) {
  DIR *d = opendir("/proc/self/fd");
  int count = 0;
  for (struct dirent *e; (e = readdir(d));) count += e->d_name[0] != '.';
  closedir(d);
  return count;
}

int main(int argc, char **argv) {
  slr_writer_options options;
  slr_writer ring;
  int before = descriptors();
  memset(&options, 0, sizeof options);
  options.shape.bytes = 4096;
  if (argc < 2 || slr_writer_open(&ring, argv[1], &options) != 0) return 1;
  slr_write(&ring, "block", 5);
  slr_publish(&ring);
  pid_t child = fork();
  if (child == 0) {
    /* What belonged to the ring is closed, and its memory is not mapped here. */
    uint8_t *base = ring.area->base;
    int mapped = base && msync((void *)((uintptr_t)base & ~(uintptr_t)4095), 4096, MS_ASYNC) == 0;
    printf("{\"descriptors\":%d,\"mapped\":%d}\nforked\n", descriptors() - before, mapped);
    fflush(stdout);
  }
  while (getchar() != EOF) continue;
  if (child == 0) return 0;
  slr_writer_close(&ring);
  return 0;
}
