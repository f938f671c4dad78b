import type { ManifestFunction, OptionSchema, OptionValue } from '@netstreamline/core'
import { describe, expect, it } from 'vitest'
import { coerce } from './coerce.js'
import { prepareOptions } from './options.js'
import { fn } from './testing/requests.js'

const of = (type: OptionSchema['type'], more: Partial<OptionSchema> = {}) => ({ type, description: 'd', ...more })

describe('text becomes', () => {
  const rows: [OptionSchema, OptionValue, OptionValue | undefined][] = [
    [of('string'), 'x', 'x'],
    [of('string'), 5, '5'],
    [of('string'), true, undefined],
    [of('integer'), '0', 0],
    [of('integer'), '-7', -7],
    [of('integer'), '0x1F', 31],
    [of('integer'), '10k', 10_000],
    [of('integer'), '2M', 2_000_000],
    [of('integer'), '1g', 1e9],
    [of('integer'), '1.5k', 1500],
    [of('integer', { 'x-unit': 'size' }), '64k', 65_536],
    [of('integer', { 'x-unit': 'size' }), '1G', 2 ** 30],
    [of('integer'), '1.5', undefined],
    [of('integer'), '', undefined],
    [of('integer'), 'k', undefined],
    [of('integer'), '1kk', undefined],
    [of('integer'), '1e400', undefined],
    [of('integer'), '9007199254740993', undefined],
    [of('integer'), 'Infinity', undefined],
    [of('integer'), Number.NaN, undefined],
    [of('integer'), true, undefined],
    [of('number'), '0.25', 0.25],
    [of('number'), '.5', 0.5],
    [of('number'), '1e-3', 0.001],
    [of('number'), '1k', undefined],
    [of('number', { 'x-unit': 'rate' }), '1.5k', 1500],
    [of('boolean'), 'true', true],
    [of('boolean'), 'YES', true],
    [of('boolean'), '1', true],
    [of('boolean'), 1, true],
    [of('boolean'), 'off', false],
    [of('boolean'), '0', false],
    [of('boolean'), false, false],
    [of('boolean'), 'maybe', undefined],
    [of('boolean'), 'constructor', undefined],
    [of('boolean'), '', undefined],
    [of('array'), 'a, b,c', ['a', 'b', 'c']],
    [of('array'), ['a', 'b'], ['a', 'b']],
    [of('array', { items: { type: 'integer' } }), '1,2k', [1, 2000]],
    [of('array', { items: { type: 'integer' } }), [1, 2], [1, 2]],
    [of('array', { items: { type: 'integer' } }), '1,x', undefined],
    [of('array'), true, undefined],
  ]
  it.each(rows)('%j from %j: %j', (schema, given, value) => {
    const result = coerce(schema, given)
    expect('value' in result ? result.value : undefined).toEqual(value)
  })
})

describe('the options of a function', () => {
  const sample: ManifestFunction = fn('sample', {
    options: {
      properties: {
        every: of('integer', { minimum: 1, maximum: 1000, default: 10, description: 'one of so many' }),
        mode: of('string', { enum: ['first', 'random'] }),
        tag: of('string', { minLength: 1, maxLength: 4, pattern: '^[a-z]*$' }),
        path: of('string', { examples: ['a.pcap'] }),
        url: of('string'),
      },
      anyOf: [{ required: ['path'] }, { required: ['url'] }],
    },
  })
  const refused = (options: Record<string, OptionValue>, meta = sample) => {
    try {
      prepareOptions(meta, options, { vertex: 'v' })
    } catch (e) {
      return e as { code: string; message: string; detail: Record<string, unknown>; hint: string }
    }
    throw new Error('not refused')
  }

  it('are typed and completed', () => {
    expect(prepareOptions(sample, { path: 'x', every: '1k' })).toEqual({ path: 'x', every: 1000 })
    expect(prepareOptions(sample, { url: 'x' })).toEqual({ url: 'x', every: 10 })
    expect(prepareOptions(fn('f'), {})).toEqual({})
  })

  it('say what is wrong, where, and what there is', () => {
    const e = refused({ path: 'x', evry: '3' })
    expect(e.code).toBe('SL_OPTION')
    expect(e.message).toBe("(sample) has no option 'evry' (did you mean 'every'?)")
    expect(e.hint).toBe('its options are every, mode, tag, path, url')
    expect(e.detail).toMatchObject({ vertex: 'v', option: 'evry', suggestions: ['every'] })
    expect(refused({ x: 1 }, fn('f')).hint).toBe('it takes no options')
  })

  it.each([
    [{ path: 'x', every: 'abc' }, "option 'every' of (sample) must be a whole number; it is 'abc'"],
    [{ path: 'x', every: '0' }, "option 'every' of (sample) must be at least 1; it is '0'"],
    [{ path: 'x', every: '1M' }, "option 'every' of (sample) must be at most 1000; it is '1M'"],
    [{ path: 'x', mode: 'last' }, "option 'mode' of (sample) must be one of 'first', 'random'; it is 'last'"],
    [{ path: 'x', tag: '' }, "option 'tag' of (sample) must not be empty; it is ''"],
    [{ path: 'x', tag: 'abcde' }, "option 'tag' of (sample) must have at most 4 characters; it is 'abcde'"],
    [{ path: 'x', tag: 'A' }, "option 'tag' of (sample) must match ^[a-z]*$; it is 'A'"],
    [{}, '(sample) needs path, or url'],
    [{ path: 'x', __proto__x: 1 }, "(sample) has no option '__proto__x'"],
    [{ path: 'x', constructor: 1 }, "(sample) has no option 'constructor'"],
  ])('%j: %s', (options, message) => {
    expect(refused(options as Record<string, OptionValue>).message).toBe(message)
  })

  it('that are required are asked for, with the example if there is one', () => {
    const need = fn('need', {
      options: { properties: { path: of('string', { examples: ['a.pcap'] }) }, required: ['path'] },
    })
    expect(refused({}, need)).toMatchObject({
      message: "(need) needs the option 'path'",
      hint: 'for example (need,path=a.pcap)',
    })
  })

  it('are not echoed at length', () => {
    expect(refused({ path: 'x', every: 'y'.repeat(1e5) }).message.length).toBeLessThan(200)
  })
})
