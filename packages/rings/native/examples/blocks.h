/* What the two examples, and their tests, send each other: blocks that prove themselves.
   A block is its number, the FNV-1a hash of the number and of all that follows, then 0 or more bytes. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdint.h>
#include <string.h>

static uint32_t blocks_hash(uint32_t number, const uint8_t *bytes, uint32_t length) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < 4; i++) hash = (hash ^ (number >> 8 * i & 255)) * 16777619u;
  for (uint32_t i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

/* Makes block `number`, 8 to `most` bytes long, the same every time. Its length. */
static inline uint32_t blocks_make(uint8_t *block, uint32_t number, uint32_t most) {
  uint32_t mixed = (number + 1) * 2654435761u, length = 8 + (mixed >> 8) % (most - 7);
  for (uint32_t i = 8; i < length; i++) block[i] = (uint8_t)(number * 31 + i * 7);
  uint32_t hash = blocks_hash(number, block + 8, length - 8);
  memcpy(block, &number, 4);
  memcpy(block + 4, &hash, 4);
  return length;
}

/* The number of a block; -1: it is none. */
static inline int64_t blocks_check(const uint8_t *block, uint32_t length) {
  uint32_t number, hash;
  if (length < 8) return -1;
  memcpy(&number, block, 4);
  memcpy(&hash, block + 4, 4);
  return hash == blocks_hash(number, block + 8, length - 8) ? (int64_t)number : -1;
}

/* A c ring has no blocks: byte n of its stream. */
static inline uint8_t blocks_byte(uint64_t n) { return (uint8_t)(n * 31 + (n >> 8) * 7); }

#endif
