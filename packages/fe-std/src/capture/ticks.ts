/** Converts pcapng's 64-bit time stamps exactly: (sec, nsec) of `ticks`, whose upper and lower 32 bits are given. */
export interface Clock {
  /** Sets {@link Clock.seconds} and {@link Clock.nanoseconds}. */
  set(high: number, low: number): void
  seconds: number
  nanoseconds: number
}

const TWO16 = 65536
/** Ticks whose upper half is below this are exact in a double. */
const TWO21 = 2 ** 21
const TWO32 = 2 ** 32

/**
 * Ticks of 10^-n or (with `binary`) 2^-n s, counted from `offset` seconds. What is finer than a nanosecond is cut off.
 * Up to 10^-11 in doubles: a long division by 16-bit digits, whose remainders stay below 2^53. Finer, or binary,
 * resolutions are rare and take BigInt.
 */
export const createClock = (exponent: number, binary: boolean, offset: bigint): Clock => {
  const base = Number(offset)
  const clock: Clock = { set: () => {}, seconds: 0, nanoseconds: 0 }
  if (binary || exponent > 11) {
    const divisor = binary ? 1n << BigInt(exponent) : 10n ** BigInt(exponent)
    clock.set = (high, low) => {
      const ticks = (BigInt(high) << 32n) | BigInt(low)
      clock.seconds = Number(ticks / divisor + offset)
      clock.nanoseconds = Number(((ticks % divisor) * 1_000_000_000n) / divisor)
    }
    return clock
  }
  const divisor = 10 ** exponent
  const up = exponent <= 9 ? 10 ** (9 - exponent) : 1
  const down = exponent > 9 ? 10 ** (exponent - 9) : 1
  clock.set = (high, low) => {
    if (high < TWO21) {
      // The product is at most 1 off by the rounded quotient, and exact itself, so the remainder shows it.
      const ticks = high * TWO32 + low
      let whole = Math.floor(ticks / divisor)
      let rest = ticks - whole * divisor
      if (rest < 0) {
        whole--
        rest += divisor
      }
      clock.seconds = whole + base
      clock.nanoseconds = down === 1 ? rest * up : Math.floor(rest / down)
      return
    }
    // high·2^32 + low = (q1·2^32 + q2·2^16 + q3)·divisor + r3
    const q1 = Math.floor(high / divisor)
    const r1 = (high - q1 * divisor) * TWO16 + (low >>> 16)
    const q2 = Math.floor(r1 / divisor)
    const r2 = (r1 - q2 * divisor) * TWO16 + (low & 0xffff)
    const q3 = Math.floor(r2 / divisor)
    const fraction = r2 - q3 * divisor
    clock.seconds = q1 * TWO32 + q2 * TWO16 + q3 + base
    clock.nanoseconds = down === 1 ? fraction * up : Math.floor(fraction / down)
  }
  return clock
}
