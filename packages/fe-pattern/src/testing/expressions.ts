import fc from 'fast-check'

const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  '_',
  ' ',
  '.',
  '\\n',
  '\\w',
  '\\W',
  '\\s',
  '\\d',
  '[ab]',
  '[^a]',
  '[^a-z\\n]',
  '[A-b]',
  '\\xff',
  '[\\xf0-\\xff ]',
)
const condition = fc.constantFrom('^', '$', '\\b', '\\B')
const suffix = fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,3}', '{2,}', '*?', '+?', '??')

/** Regular expressions that mean the same here and to JavaScript, over texts of {@link text}. */
export const expression = fc.letrec<{ alternatives: string; sequence: string; item: string }>((tie) => ({
  alternatives: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
  sequence: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: atom },
    { weight: 1, arbitrary: condition },
    { weight: 3, arbitrary: fc.tuple(atom, suffix).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: tie('alternatives').map((inside) => `(?:${inside})`) },
    { weight: 1, arbitrary: fc.tuple(tie('alternatives'), suffix).map(([inside, times]) => `(${inside})${times}`) },
  ),
})).alternatives

export const text = fc
  .array(fc.constantFrom(0x61, 0x62, 0x41, 0x5f, 0x20, 0x0a, 0x31, 0xff), { maxLength: 24 })
  .map((bytes) => Uint8Array.from(bytes))

/** Every place where a match can end, as JavaScript sees it: looking back from each. */
export const ends = (source: string, flags: string, bytes: Uint8Array): number[] => {
  const subject = String.fromCharCode(...bytes)
  const behind = new RegExp(`(?<=${source})`, `${flags}y`)
  const found: number[] = []
  for (let at = 0; at <= subject.length; at++) {
    behind.lastIndex = at
    if (behind.test(subject)) found.push(at)
  }
  return found
}
