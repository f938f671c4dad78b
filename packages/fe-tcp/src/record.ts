/**
 * How a connection lies in the {@link Table}: one record of 32 words, which are two cache lines; the second one holds
 * both directions. A connection is named by the index of its record, a direction by the index of its own words, so
 * that no reading needs arithmetic beyond an addition.
 */
export const WORDS = 32

/** The opener's address (4 words), the other's (4), and their ports. IPv4 uses the first word of each four. */
export const KEY_PORTS = 8
/** Hash of the key, and then words about the connection. */
export const HASH = 9
export const MARKS = 10
/** Connections are numbered from 0. */
export const NUMBER = 11
/** Seconds on the {@link Clock} at the last segment. */
export const SEEN = 12
/** The connection of the same key that came before, or that a later SYN may replace; -1: none. */
export const LINK = 13
/** The next record that is free. */
export const FREE = 14

/** Directions: the opener's, and eight words later the other's. */
export const OPENER = 16
export const OTHER = 24
/** Words of a direction, from its index. */
export const STATE = 0
/** Initial sequence number. */
export const ISN = 1
/** Sequence number of the next byte to hand on. */
export const NEXT = 2
/** Sequence number of the FIN. */
export const FIN_AT = 3
/** Highest acknowledgement that this side has sent. */
export const ACK = 4

export const peerOf = (d: number): number => d ^ (OPENER ^ OTHER)
export const recordOf = (d: number): number => d & -WORDS
/** 0 for the opener, 1 for the other. */
export const sideOf = (d: number): number => (d >> 3) & 1

/** Marks of a connection. */
export const USED = 1
export const IPV6 = 2
/** Another connection has borne the same addresses and ports before. */
export const REUSED = 4
/** Nobody has sent anything but SYN and RST yet. */
export const HALF_OPEN = 8
/** A SYN that nobody has answered yet stands before it: it is found through that one's LINK only. */
export const BEHIND = 16
/** The side that opened the linked connection is the other side here. */
export const FLIPPED = 32
/** It began without a SYN. */
export const MIDSTREAM = 64

/** State of a direction. */
export const BASE = 1 // its initial sequence number is known or guessed
export const STARTED = 2 // its START block has been emitted
export const SYNCED = 4 // NEXT is valid
export const FIN = 8 // FIN_AT is valid
export const ENDED = 16 // its END block has been emitted
export const HOLE = 32 // segments are held
export const ACKED = 64 // ACK is valid
export const FAST = 128 // nothing special goes on: the next segment in order can be handed on without more ado
