import type { Accept, Batch } from '@netstreamline/core'
import { emitJavaScript } from '@netstreamline/jit'
import { OP, type Program } from '@netstreamline/jit/ir'
import { callOf, type Guard } from './call.js'
import { below, type Link, type Node } from './node.js'

/** Variables of the block in hand, in the order of {@link Out} after the classifier. */
const WINDOW = ['o', 'l', 'k', 'p3', 'p4', 'pr', 'st', 'fl']
const IDENTITY = ['se', 'ns', 'wl', 'ri', 'po']
const PARAMETERS = ['c', ...WINDOW, ...IDENTITY].join(',')
const SAVED = ['o', 'l', 'k', 'st']

/** Inline FEs deeper than this get a function of their own: parsers nest only so far. */
const MAX_NESTING = 50

/** What a scope calls the block's times and identity, and whether it counts in locals. */
interface Scope {
  readonly identity: Readonly<Record<string, string>>
  readonly locals?: Set<Link>
}
const parameters: Scope = { identity: Object.fromEntries(IDENTITY.map((n) => [n, n])) }
const inLoop = (columns: boolean): Scope => ({
  identity: { se: 'TS[i]', ns: 'TN[i]', wl: 'WL[i]', ri: columns ? 'RI[i]' : 'R', po: 'PO[i]' },
  locals: new Set(),
})
/** What the loop knows of a block beyond its place and times: nothing yet, or what it was in the space before. */
const fresh = { columns: '', block: 'const c0=1;let p3=-1,p4=-1,pr=-1,st=0,fl=0' }
const arrived = {
  columns:
    'const CL=batch.classifier,ST=batch.stream,FL=batch.flags,L3=batch.l3,L4=batch.l4,PR=batch.proto,RI=batch.rings;',
  block: 'const c0=CL[i];let p3=L3[i],p4=L4[i],pr=PR[i],st=ST[i],fl=FL[i]',
}

const condition = ({ not, lo, hi }: Accept, c: string): string => {
  if (not && lo === 0 && hi === 0) return `${c}>0`
  const inside = lo === hi ? `${c}===${lo}` : `${c}>=${lo}&&${c}<=${hi}`
  return not ? `${c}>=0&&!(${inside})` : inside
}

const moves = new Set<number>([OP.TRIM, OP.TRIMI, OP.NARROW, OP.SETKIND, OP.STREAM])
const movesWindow = (program: Program): boolean => program.code.some((i) => moves.has(i.op))

/**
 * Writes the datapath of one source as JavaScript (§5, ILP): depth first, one block through many FEs. Programs of
 * the IR stand inline, other FEs are called at a call site of their own, edges are comparisons of integers. Names in
 * the text are numbers of nodes and links; nothing of a request's text gets into it.
 */
class Fuser {
  readonly #source: Node
  readonly #reach: Set<Node>
  readonly #functions: (() => string)[] = []
  readonly #made = new Set<Node>()
  readonly constants = new Map<string, unknown>()
  readonly #guard: Guard
  #nesting = 0
  constructor(source: Node, guard: Guard) {
    this.#source = source
    this.#guard = guard
    this.#reach = new Set(below(source))
  }

  #constant(name: string, value: unknown): string {
    this.constants.set(name, value)
    return name
  }
  #count(l: Link, scope: Scope): string {
    if (scope.locals) {
      scope.locals.add(l)
      return `e${l.id}++;b${l.id}+=l;`
    }
    const name = this.#constant(`E${l.id}`, l.count)
    return `${name}[0]++;${name}[1]+=l;`
  }
  /** Entered from several places: a function of its own. */
  #joins(node: Node): boolean {
    return node.ins.filter((l) => this.#reach.has(l.from)).length > 1
  }

  /** The links of a node, for classifier variable `c`. `more`: the window is still needed after them. */
  links(node: Node, c: string, scope: Scope, more: boolean): string {
    return node.outs
      .map((l, i) => {
        const needed = more || i < node.outs.length - 1
        return `if(${condition(l.accept, c)}){${this.#count(l, scope)}${this.#enter(l, c, scope, needed)}}`
      })
      .join('\n')
  }
  #sent(node: Node, c: string): string {
    // A plain link's counter says the same; the node's own is filled from it when counters are read.
    if (node.plain) return ''
    const name = this.#constant(`S${node.id}`, node.sent)
    return `if(${c}>0){${name}[0]++;${name}[1]+=l;}`
  }
  #enter(l: Link, c: string, scope: Scope, more: boolean): string {
    const { to, input } = l
    if (!this.#joins(to) && this.#nesting < MAX_NESTING) {
      this.#nesting++
      const text = this.#body(to, c, String(input), scope, more)
      this.#nesting--
      return text
    }
    if (!this.#made.has(to)) {
      this.#made.add(to)
      this.#functions.push(() => `function I${to.id}(n,${PARAMETERS}){${this.#body(to, 'c', 'n', parameters, false)}}`)
    }
    return `I${to.id}(${input},${c},${WINDOW.join(',')},${IDENTITY.map((n) => scope.identity[n]).join(',')});`
  }
  #body(node: Node, came: string, input: string, scope: Scope, more: boolean): string {
    return node.program ? this.#inline(node, node.program, came, scope, more) : this.#call(node, came, input, scope)
  }
  #inline(node: Node, program: Program, came: string, scope: Scope, more: boolean): string {
    const c = `c${node.id}`
    const text = emitJavaScript(program, {
      bytes: 'B',
      wireLength: scope.identity['wl']!,
      classifier: came,
      offset: 'o',
      length: 'l',
      kind: 'k',
      l3: 'p3',
      l4: 'p4',
      proto: 'pr',
      stream: 'st',
      memory: program.memory ? this.#constant(`M${node.id}`, node.memory) : '',
      result: c,
      prefix: `n${node.id}_`,
    })
    const saves = movesWindow(program) && (more || node.passesZero)
    const save = saves ? `const ${SAVED.map((v) => `s${v}${node.id}=${v}`).join(',')};` : ''
    const restore = saves ? `${SAVED.map((v) => `${v}=s${v}${node.id}`).join(';')};` : ''
    const onZero = saves && node.passesZero ? `if(${c}===0){${restore}}` : ''
    return `let ${c}=0;${save}\n${text}\n${onZero}${this.#sent(node, c)}\n${this.links(node, c, scope, more)}${more ? restore : ''}`
  }
  #call(node: Node, came: string, input: string, scope: Scope): string {
    const { id } = node
    if (!node.instance.process) return ''
    const x = this.#constant(`X${id}`, node.cursor)
    const p = this.#constant(`P${id}`, callOf(node, this.#source, this.#guard))
    const t = scope.identity
    const c = `c${id}`
    const zero = node.passesZero
      ? `else if(${c}===0)O${id}(0,${WINDOW.join(',')},${IDENTITY.map((n) => t[n]).join(',')});`
      : ''
    this.#outOf(node)
    return (
      `${x}.offset=o;${x}.length=l;${x}.kind=k;${x}.l3=p3;${x}.l4=p4;${x}.proto=pr;${x}.stream=st;${x}.flags=fl;` +
      `${x}.seconds=${t['se']};${x}.nanoseconds=${t['ns']};${x}.wireLength=${t['wl']};${x}.ring=${t['ri']};${x}.position=${t['po']};` +
      `${x}.classifier=${came};${x}.input=${input};${x}.busy=true;let ${c}=${p}(${x})|0;${x}.busy=false;` +
      `if(${x}.fault){${x}.fault=false;${c}=0}` +
      // Only 1 to 65535 are classifiers.
      `if((${c}-1>>>0)<65535)O${id}(${c},${x}.offset,${x}.length,${x}.kind,${x}.l3,${x}.l4,${x}.proto,${x}.stream,${x}.flags,` +
      `${x}.seconds,${x}.nanoseconds,${x}.wireLength,${x}.ring,${x}.position);${zero}`
    )
  }
  /** The way out of an FE that is called: its result and what it emits leave by the same function. */
  #outOf(node: Node): void {
    this.#constant(`N${node.id}`, node)
    this.#functions.push(() => {
      const text = `${this.#sent(node, 'c')}${this.links(node, 'c', parameters, false)}`
      return `function O${node.id}(${PARAMETERS}){${text}}N${node.id}.out=O${node.id};`
    })
  }

  text(): string {
    const { columns } = this.#source
    const known = columns ? arrived : fresh
    const scope = inLoop(columns)
    const body = this.links(this.#source, 'c0', scope, false)
    // Writing one function may ask for more.
    const functions: string[] = []
    for (let i = 0; i < this.#functions.length; i++) functions.push(this.#functions[i]!())
    const counted = [...(scope.locals ?? [])]
    const declare = counted.map((l) => `e${l.id}=0,b${l.id}=0`).join(',')
    const flush = counted
      .map((l) => `${this.#constant(`E${l.id}`, l.count)}[0]+=e${l.id};E${l.id}[1]+=b${l.id};`)
      .join('')
    return `'use strict';${functions.join('\n')}
return function run(batch){
const OF=batch.offset,LE=batch.length,KI=batch.kind,WL=batch.wireLength,TS=batch.seconds,TN=batch.nanoseconds,PO=batch.position,R=batch.ring;${known.columns}
const count=batch.count;let i=0${declare ? `,${declare}` : ''};
try{for(;i<count;i++){let o=OF[i],l=LE[i],k=KI[i];${known.block};
${body}
}}finally{${flush}}}`
  }
}

/** Compiles what is below a source into one function and gives every node its way out. */
export const fuse = (source: Node, bytes: Uint8Array, guard: Guard): ((batch: Batch) => void) => {
  const fuser = new Fuser(source, guard)
  const text = fuser.text()
  const names = ['B', ...fuser.constants.keys()]
  return new Function(...names, text)(bytes, ...fuser.constants.values())
}

/** The text of a source's datapath, for the curious (`--explain`) and for tests. */
export const fusedText = (source: Node): string => new Fuser(source, { needed: () => false, failed() {} }).text()
