import { Problem } from '../problem.js'
import { ByteSet, POSIX } from './byte-set.js'
import { readEscape } from './escape.js'

interface Member {
  readonly set: ByteSet
  readonly to: number
}

const member = (text: string, at: number): Member => {
  const c = text[at]!
  if (c === '\\') {
    const found = readEscape(text, at, true)
    if ('set' in found) return found
  }
  const [all, inverse, name] = /^\[:(\^?)([a-z]+):\]/.exec(text.slice(at, at + 12)) ?? []
  if (all !== undefined) {
    const set = Object.hasOwn(POSIX, name!) ? POSIX[name!] : undefined
    if (!set) throw new Problem(`there is no class [:${name}:]`, at, `There are ${Object.keys(POSIX).join(', ')}.`)
    return { set: inverse ? set.inverse() : set, to: at + all.length }
  }
  if (c > '\x7f') {
    const hint = 'A class holds bytes, and this is several in UTF-8: write alternatives, (?:é|è), or \\xHH.'
    throw new Problem(`'${String.fromCodePoint(text.codePointAt(at)!)}' in a class is not a byte`, at, hint)
  }
  return { set: new ByteSet().add(c.charCodeAt(0)), to: at + 1 }
}

/** The class whose `[` is at `at`. @throws Problem */
export const charClass = (text: string, at: number, ignoreCase: boolean): Member => {
  let i = at + 1
  const inverse = text[i] === '^'
  if (inverse) i++
  const set = new ByteSet()
  for (let first = true; first || text[i] !== ']'; first = false) {
    if (i >= text.length) throw new Problem('this class is never closed', at, 'Write \\[ for a bracket.')
    const from = member(text, i)
    if (text[from.to] !== '-' || text[from.to + 1] === ']' || from.to + 1 >= text.length) {
      set.join(from.set)
      i = from.to
      continue
    }
    const until = member(text, from.to + 1)
    const [low, high] = [from.set.single(), until.set.single()]
    if (low < 0 || high < 0) throw new Problem('a range needs a byte on both sides', i, 'Write \\- for a hyphen.')
    if (low > high) throw new Problem('this range is in the wrong order', i)
    set.add(low, high)
    i = until.to
  }
  const whole = ignoreCase ? set.folded() : set
  const result = inverse ? whole.inverse() : whole
  if (result.words.every((word) => word === 0)) throw new Problem('no byte is in this class', at)
  return { set: result, to: i + 1 }
}
