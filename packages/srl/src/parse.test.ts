import type { Accept, Request } from '@netstreamline/core'
import { describe, expect, test } from 'vitest'
import { parse, parseWithWarnings } from './index.js'

const cond = ({ not, lo, hi }: Accept) =>
  lo === 0 && hi === 0 ? (not ? '>' : '!>') : `${not ? '!' : ''}${lo === hi ? lo : `${lo}:${hi}`}>`

/** `tcp > http, http > file; file >` with `#1` left out of names. */
const show = ({ vertices, edges, outputs }: Request): string => {
  const name = (i: number) => vertices[i]!.name.replace(/#1$/, '')
  const lines = edges.map((e) => `${name(e.from)} ${cond(e.accept)} ${name(e.to)}`)
  const outs = outputs.map((o) => `${name(o.from)} ${cond(o.accept)}`)
  const isolated = vertices.length === 1 ? [name(0)] : []
  return [...isolated, ...lines, ...outs.map((o) => `out ${o}`)].join(', ')
}

describe('the examples of the paper, §3.1', () => {
  test.each([
    ['(tcp) > (http) > (file)', 'tcp > http, http > file'],
    ['(tcp) > ( (http) | (ssh) | (rtsp) )', 'tcp > http, tcp > ssh, tcp > rtsp'],
    ['(port) 22>', 'port, out port 22>'],
    ['(port) !80>', 'port, out port !80>'],
    ['(port) !80> (ids)', 'port !80> ids'],
    ['(port) 22:23>', 'port, out port 22:23>'],
    ['(port) !1:1023>', 'port, out port !1:1023>'],
    ['(tcp) and (rtsp)', 'tcp > intersection, rtsp > intersection'],
    ['(tcp) or (rtsp)', 'tcp > union, rtsp > union'],
    ['not (tcp)', 'tcp, out tcp !>'],
    ['(tcp) !>', 'tcp, out tcp !>'],
    ['(ethernet) > (bpf)', 'ethernet > bpf'],
    // Figure 1: a partially nested graph.
    [
      '(tcp) > ( (rtsp,name=tag) | (ssh) )\n> (sockets) | (udp) > (tag)',
      'tcp > tag, tcp > ssh, tag > sockets, ssh > sockets, udp > tag',
    ],
  ])('%s', (text, graph) => {
    expect(show(parse(text))).toBe(graph)
  })
})

describe('binding and grouping', () => {
  test.each([
    // Tightest first: not, and, or, >, |.
    ['(a) or (b) and not (c)', 'a > union, b > intersection, c !> intersection, intersection > union'],
    ['(a) > (b) or (c) > (d)', 'a > b, a > c, b > union, c > union, union > d'],
    ['(a) | (b) > (c)', 'b > c'],
    ['((a) | (b)) > (c)', 'a > c, b > c'],
    ['(a) and (b) and (c)', 'a > intersection, b > intersection, c > intersection'],
    ['(x) > ((a) | (b)) > (y)', 'x > a, x > b, a > y, b > y'],
    ['(((a)) > (((b))))', 'a > b'],
    ['(a)>(b)#x > (c)\n', 'a > b'],
    ['(a)# (z)\r> (b)', 'a > b'],
    // A set of edges: the same one twice is one, other ranges stand beside it.
    ['(a,name=t) > (b,name=u) | (t) > (u) | (t) 22> (u)', 't 22> u, t > u'],
  ])('%s', (text, graph) => {
    expect(show(parse(text))).toBe(graph)
  })
})

describe('conditions', () => {
  test.each([
    ['(a) 22 : 23 > (b)', 'a 22:23> b'],
    ['(a) ! 007 > (b)', 'a !7> b'],
    ['(a) 65535>', 'a, out a 65535>'],
    // After a group: for every exit of it.
    ['((a) | (b) > (c)) 22> (d)', 'a 22> d, b > c, c 22> d'],
    ['((a) > (b)) !> (c)', 'a > b, b !> c'],
    // In addition to what stands inside; a plain edge adds nothing.
    ['((port) 22>) > (x)', 'port 22> x'],
    ['((a) !>) > (x)', 'a !> x'],
    ['((a) >) 22> (x)', 'a 22> x'],
    ['((port) 22:100>) 90:200> (x)', 'port 90:100> x'],
    ['((port) 22:100>) !80> (x)', 'port 22:79> x, port 81:100> x'],
    ['((port) 22> | (ssh)) > (x)', 'port 22> x, ssh > x'],
    // A trailing edge is an output, also inside the last group.
    ['((port) 22>)', 'port, out port 22>'],
    ['((a) | (b) 22>) >', 'out a >, out b 22>'],
    ['(x) > ((a) 22> | (b))', 'x > a, x > b, out a 22>'],
  ])('%s', (text, graph) => {
    expect(show(parse(text))).toBe(graph)
  })
})

describe('not', () => {
  test.each([
    ['not (tcp) > (x)', 'tcp !> x'],
    ['not not (tcp) > (x)', 'tcp > x'],
    ['not ((port) 22>) > (x)', 'port !22> x'],
    ['not ((port) !22>) > (x)', 'port 22> x'],
    ['not (port) 22> (x)', 'port !22> x'],
    ['not ((a) and (b)) > (x)', 'a !> union, b !> union, union > x'],
    ['not ((a) or (b)) > (x)', 'a !> intersection, b !> intersection, intersection > x'],
    ['not ((a) | (b)) > (x)', 'a !> intersection, b !> intersection, intersection > x'],
    ['not (not (a) or (b)) > (x)', 'a > intersection, b !> intersection, intersection > x'],
    // What a does not accept, or b does not; both go on, no vertex needed.
    ['not ((a) > (b)) > (x)', 'a > b, a !> x, b !> x'],
    ['not ((a) 22> (b) 80>) > (x)', 'a 22> b, a !22> x, b !80> x'],
    ['not ((a) > (b))', 'a > b, out a !>, out b !>'],
    // What does not hold has classifier 0.
    ['((a) or (b)) !> (x)', 'a !> intersection, b !> intersection, intersection > x'],
    ['not not ((a) or (b)) > (x)', 'a > union, b > union, union > x'],
  ])('%s', (text, graph) => {
    expect(show(parse(text))).toBe(graph)
  })

  test('an intersection counts streams, so an operand of several exits is united first', () => {
    const { vertices, edges } = parse('((a) | (b)) and not ((c) > (d))')
    const inputs = (name: string) => edges.filter((e) => vertices[e.to]!.name === name).length
    expect(vertices.map((v) => v.name)).toEqual(['a#1', 'b#1', 'union#1', 'c#1', 'd#1', 'union#2', 'intersection#1'])
    expect([inputs('intersection#1'), inputs('union#1'), inputs('union#2')]).toEqual([2, 2, 2])
  })
})

describe('vertices', () => {
  test('options, values and escapes', () => {
    const text = String.raw`(f, a=1, b="x, ) \"y\" \\ \n\t\x41\xe9", c, d==a!:b, e="", space = kernel, export, name=n.1-_)`
    expect(parse(text).vertices).toEqual([
      {
        name: 'n.1-_',
        function: 'f',
        options: { a: '1', b: 'x, ) "y" \\ \n\tAé', c: true, d: '=a!:b', e: '' },
        space: 'kernel',
        export: true,
        span: [0, text.length],
      },
    ])
  })

  test('anonymous ones are counted per function in text order, synthesized ones behind their operands', () => {
    const { vertices } = parse('(a) > (b,name=x) > (a) > ((a) or (b)) > (union) > ((b) or (a))')
    expect(vertices.map((v) => v.name)).toEqual([
      'a#1',
      'x',
      'a#2',
      'a#3',
      'b#1',
      'union#1',
      'union#2',
      'b#2',
      'a#4',
      'union#3',
    ])
  })

  test('spans lead back to the text', () => {
    const { vertices, text } = parse(' (a) >\n( (b) or (c,x=")") )')
    expect(vertices.map((v) => text!.slice(...v.span!))).toEqual(['(a)', '(b)', '(c,x=")")', '( (b) or (c,x=")") )'])
  })

  test('a name may be used before and after its definition', () => {
    expect(show(parse('(t) > (x) | (y,name=t) | (z) > (t)'))).toBe('t > x, z > t')
  })

  test('a name that a function also bears means the vertex, with a warning', () => {
    const { request, warnings } = parseWithWarnings('(tcp,name=tcp) > (x) | (tcp) > (y)')
    expect(show(request)).toBe('tcp > x, tcp > y')
    expect(warnings).toEqual([expect.stringContaining('(tcp) means the vertex named tcp')])
    expect(parseWithWarnings('(tcp,name=t) > (x) | (t) > (y)').warnings).toEqual([])
  })

  test('dangerous names are names like others', () => {
    const { vertices } = parse('(constructor,toString=1,name=valueOf) > (hasOwnProperty)')
    expect(vertices.map((v) => v.name)).toEqual(['valueOf', 'hasOwnProperty#1'])
    expect(Object.keys(vertices[0]!.options)).toEqual(['toString'])
    expect(Object.getPrototypeOf(vertices[0]!.options)).toBe(Object.prototype)
  })

  test('the name of an anonymous vertex stands for it when written everywhere', () => {
    expect(show(parse('(a,name="a#1") > (b) | (a,name="a#1") > (c)'))).toBe('a > b, a > c')
  })
})

test('a condition that a group can never meet is an error, on one of several exits a warning', () => {
  expect(() => parse('((port) 22>) 80> (x)')).toThrow('no block can meet both')
  expect(parseWithWarnings('((port) 22> | (a)) 80> (x)').warnings).toHaveLength(1)
  expect(parseWithWarnings('((port) 22>) 80>').warnings).toHaveLength(1)
})
