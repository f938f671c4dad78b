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
/** Header flag: there is a reader table; many readers, each with its own position and strategy. */
export const FLAG_TABLE = 2
/** Header flag: readers that say nothing else share one read pointer (medium reader preference, §6). */
export const FLAG_MRP = 4

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
  indexOffset: 12,
  indexBytes: 13,
  ownerPid: 14,
  /** 16 words: UTF-8, filled up with zeros. */
  name: 16,
} as const

/** Words that change, each group alone on two cache lines (adjacent lines are fetched in pairs). */
export const WORD = {
  /** Position up to which the producer has published: low, epoch before, epoch after. */
  producer: 32,
  /** Bytes used of the last lap that the producer has left (c, p). */
  cut: 35,
  /** Records published, stored after the position; position to come, stored before it. */
  blocks: 216,
  announced: 217,
  /** Position up to which the producer may be overwriting. */
  intent: 64,
  /** The same, of the index of a d-DBuf. */
  indexIntent: 68,
  /** With a reader table: everything from here on stays until the producer looks at the table again. */
  tail: 72,
  /** Position up to which everything may be reused. */
  consumer: 96,
  /** Non-zero: the reader sleeps until it is woken. */
  readerSleeps: 128,
  /** With a reader table: open, ended or moved to the successor. */
  state: 144,
  successor: 145,
  level: 146,
  lowerRate: 147,
  upperRate: 148,
  mitigateBlocks: 149,
  mitigateMicros: 150,
  /** Bytes of a lap that the producer uses now. */
  perceived: 151,
  /** Non-zero: the writer sleeps until there is room. */
  writerSleeps: 160,
  producerCounters: 192,
  consumerCounters: 224,
} as const

/** Counters of the producer's side: pairs of words (low, high) from {@link WORD.producerCounters}. */
export const PRODUCER_COUNTERS = [
  'published',
  'dropped',
  'full',
  'wakesSent',
  'wakesSkipped',
  'bytes',
  'resizes',
  'evicted',
  'levelChanges',
] as const
/** Counters of the consumer's side: pairs of words from {@link WORD.consumerCounters}. */
export const CONSUMER_COUNTERS = ['consumed', 'corrupt', 'sleeps', 'roomWakesSent', 'roomWakesSkipped'] as const

/** Words of a reader table's header, from its start. */
export const TABLE = { sleepers: 0, writerSleeps: 32, writerWake: 33, shared: 64, joined: 96, words: 128 } as const
/** Words of a reader's slot, from its start; 64 in all. */
export const SLOT = {
  state: 0,
  epoch: 1,
  strategy: 2,
  pid: 3,
  wakeMode: 4,
  wake: 5,
  held: 6,
  position: 8,
  counters: 32,
  words: 64,
} as const
/** States of a slot; `joining`: its reader is about to state its position, until then nothing may be overwritten. */
export const SLOT_STATE = { free: 0, claimed: 1, active: 2, joining: 3 } as const
/** Counters of a reader: pairs of words from {@link SLOT.counters}. */
export const READER_COUNTERS = [
  'read',
  'lostBlocks',
  'lostBytes',
  'corrupt',
  'sleeps',
  'wakesSent',
  'wakesSkipped',
  'bytes',
] as const
/** Most readers of a ring: one bit each in `sleepers`. */
export const MAX_READERS = 32
/** Strategies of readers (§6): slow, medium and fast reader preference. */
export const STRATEGY = { srp: 1, mrp: 2, frp: 3 } as const
/** Slow, medium or fast reader preference (§6). */
export type Strategy = keyof typeof STRATEGY
/** States of a ring with a reader table. */
export const RING_STATE = { open: 0, ended: 1, moved: 2 } as const
/** How a reader is woken; {@link SLOT.wakeMode}. */
export const WAKE = { none: 0, notify: 1, futex: 2, eventfd: 3 } as const

/** Records of v- and p-DBufs: {u32 length and flags, u32 sequence}, then the payload. */
export const RECORD = { headerBytes: 8, align: 8 } as const
/** Bits 0..29 of a record's first word: its length. */
export const RECORD_LENGTH = 0x3fffffff
/** The next record continues this block. */
export const RECORD_MORE = 0x40000000
/** Not a block but padding; together with {@link RECORD_MORE} the end. */
export const RECORD_OTHER = 0x80000000 | 0
/** Bytes of an entry in the index of a d-DBuf with a reader table. */
export const ENTRY_BYTES = 16

/** Flag of an index record: an extension record follows it. */
export const INDEX_EXTENDED = 0x8000
/** First word of an extension record, where an index has its ring's id. No ring has this id. */
export const EXTENSION_MARK = 0xffffffff
/** Extension type: time, wire length and header positions of the block. */
export const EXTENSION_BLOCK = 1
/** Header position that is not known, in an extension record. */
export const UNKNOWN_16 = 0xffff
