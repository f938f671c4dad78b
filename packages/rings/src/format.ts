/**
 * The ring format, version 1, as numbers. `docs/reference/ring-format.md` specifies it byte by byte; offsets here
 * count 32-bit words from the start of the header, because every field is one or more of those.
 */

/** First four bytes of a ring: `SLRG` on a little-endian machine. Stored last, so a half-made ring is no ring. */
export const MAGIC = 0x47524c53
/** Reads differently on a machine of the other byte order; such a ring is refused. */
export const BYTE_ORDER_MARK = 0x01020304
/** Version of the layout. */
export const LAYOUT = 1
/** Bytes of the header. */
export const HEADER_BYTES = 1024
/** Largest capacity. Distances in a ring then fit a signed 32-bit word, which the position scheme rests on. */
export const MAX_CAPACITY = 2 ** 30
/** Bytes of an index record (§6, Figure 5), and of its extension. */
export const INDEX_BYTES = 32

/** Kinds of ring: the four DBufs of §6 and the IBuf. */
export const RING_KIND = { c: 1, p: 2, v: 3, d: 4, i: 5 } as const
/** Letter of a kind of ring. */
export type RingKind = keyof typeof RING_KIND

/** Header flag: the producer overwrites what is unread (fast reader preference, §6). */
export const FLAG_FRP = 1

/** Fields that are written once, when the ring is made. */
export const FIELD = {
  magic: 0,
  byteOrder: 1,
  layout: 2,
  headerBytes: 3,
  kind: 4,
  flags: 5,
  id: 6,
  capacity: 7,
  recordBytes: 8,
  dataOffset: 9,
  readerTable: 10,
  readerSlots: 11,
} as const

/** Words that change, each group alone on two cache lines (adjacent lines are fetched in pairs). */
export const WORD = {
  /** Position up to which the producer has published: low, epoch before, epoch after. */
  producer: 32,
  /** Position up to which the producer may be overwriting. */
  intent: 64,
  /** Position up to which everything may be reused. */
  consumer: 96,
  /** Non-zero: the reader sleeps until it is woken. */
  readerSleeps: 128,
  /** Non-zero: the writer sleeps until there is room. */
  writerSleeps: 160,
  producerCounters: 192,
  consumerCounters: 224,
} as const

/** Counters of the producer's side: pairs of words (low, high) from {@link WORD.producerCounters}. */
export const PRODUCER_COUNTERS = ['published', 'dropped', 'full', 'wakesSent', 'wakesSkipped'] as const
/** Counters of the consumer's side: pairs of words from {@link WORD.consumerCounters}. */
export const CONSUMER_COUNTERS = ['consumed', 'corrupt', 'sleeps', 'roomWakesSent', 'roomWakesSkipped'] as const

/** Records of a v-DBuf: eight bytes of header, {u32 length, u16 type, u16 flags}, then the payload. */
export const RECORD = { headerBytes: 8, align: 8, data: 1, timed: 2, extension: 3, end: 4, padding: 0xffff } as const
/** Flag of a v-DBuf's record: the message goes on in the next record. */
export const RECORD_MORE = 1

/** Flag of an index record: an extension record follows it. */
export const INDEX_EXTENDED = 0x8000
/** First word of an extension record, where an index has its ring's id. No ring has this id. */
export const EXTENSION_MARK = 0xffffffff
/** Extension type: time, wire length and header positions of the block. */
export const EXTENSION_BLOCK = 1
/** Header position that is not known, in an extension record. */
export const UNKNOWN_16 = 0xffff
