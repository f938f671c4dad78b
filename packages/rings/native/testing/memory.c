/* Prints how much memory a ring may take, by what these files say. Usage: memory MEMINFO PROC SYS */
#include "streamline_share.h"

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  printf("{\"free\":%lld}\n", (long long)slr_free_memory(argv[1], argv[2], argv[3]));
  return 0;
}
