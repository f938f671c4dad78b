import { expect, it } from 'vitest'
import { addressText } from './address.js'

const words = (...groups: number[]) =>
  Int32Array.from({ length: 4 }, (_, i) => (groups[2 * i]! << 16) | groups[2 * i + 1]!)

it.each([
  [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
  [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
  [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
  [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
  [[1, 0, 2, 3, 4, 5, 6, 7], '1:0:2:3:4:5:6:7'],
  [[1, 0, 0, 2, 0, 0, 0, 3], '1:0:0:2::3'],
  [[0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201], '::ffff:192.0.2.1'],
])('%j is %s', (groups, text) => expect(addressText(words(...groups))).toBe(text))

it('IPv4', () => expect(addressText(0xc0a8ff01 | 0)).toBe('192.168.255.1'))
