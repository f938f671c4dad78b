import { Builder, type External, type Label, NONE, type Program } from '../ir/index.js'
import { pick, type Random } from './random.js'

const ALUS = ['ADD', 'SUB', 'MUL', 'DIV', 'MOD', 'AND', 'OR', 'XOR', 'SHL', 'SHR', 'ASR'] as const
const CONDITIONS = ['JEQ', 'JNE', 'JLT', 'JGE', 'JLE', 'JGT', 'JSET'] as const
const SETS = ['SEQ', 'SNE', 'SLT', 'SGE', 'SLE', 'SGT'] as const
const LOADS = ['LDB', 'LDW', 'LDD', 'LDSB', 'LDSW', 'LDBIT'] as const
const SPECIALS = ['LEN', 'WLEN', 'CLS', 'KIND', 'PROTO', 'NOW'] as const
const BASES = ['window', 'window', 'window', 'l3', 'l4'] as const
const EDGES = [0, 1, 31, 32, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

/** External functions that random programs call; the second fails for odd input. */
export const externs = [
  { name: 'double', reads: 1, writes: 1, cost: 3 },
  { name: 'even', reads: 1, writes: 2, cost: 1 },
]
export const externals: External[] = [
  (memory, from, to) => {
    memory[to] = memory[from]! * 2
    return true
  },
  (memory, from, to) => {
    if (memory[from]! % 2 === 1) return false
    memory[to] = 7
    memory[to + 1] = memory[from]! ^ 0x5a5a5a5a
    return true
  },
]

/** Labels that wait for their place, of the program or of a loop. */
type Region = Label[]

/** Programs that verify, with everything that the IR has: registers and constants are drawn so that values meet. */
class Maker {
  readonly #random: Random
  readonly #b: Builder
  readonly #memory: number
  readonly #regions: Region[] = [[]]
  readonly #counters: number[] = []
  #edited = false
  constructor(random: Random) {
    this.#random = random
    this.#memory = random(3) ? 4 : 0
    this.#b = new Builder({ memory: this.#memory, counted: random(2) === 0 })
  }
  #register(): number {
    return this.#random(6)
  }
  /** One that is no loop's counter. */
  #target(): number {
    const r = this.#register()
    return this.#counters.includes(r) ? 7 : r
  }
  #constant(): number {
    const random = this.#random
    const kind = random(6)
    return kind < 4 ? random(40) : kind < 5 ? random(2 ** 32) : pick(random, EDGES)
  }
  #index(): number {
    return this.#random(3) ? NONE : this.#register()
  }
  #at() {
    const index = this.#index()
    return { base: pick(this.#random, BASES), ...(index !== NONE && { index }) }
  }
  /** A label further on in this loop or around it. */
  #label(): Label {
    const region = pick(this.#random, this.#regions)
    if (region.length > 0 && this.#random(2)) return pick(this.#random, region)
    const made = this.#b.label()
    region.push(made)
    return made
  }
  #jump(): void {
    const [random, b] = [this.#random, this.#b]
    const kind = random(8)
    if (kind === 0) b.jump(this.#label())
    else if (kind < 3) {
      const near = this.#constant()
      const values = new Set(
        Array.from({ length: random(9) }, () => (random(2) ? (near + random(12)) >>> 0 : this.#constant())),
      )
      b.switch(
        this.#register(),
        [...values].map((value) => [value, this.#label()] as const),
        this.#label(),
      )
    } else if (kind < 5) b.jumpIf(pick(random, CONDITIONS), this.#register(), this.#register(), this.#label())
    else b.jumpI(pick(random, CONDITIONS), this.#register(), this.#constant(), this.#label())
  }
  #compute(): void {
    const [random, b] = [this.#random, this.#b]
    const d = this.#target()
    const kind = random(10)
    if (kind === 0) b.move(d, this.#register())
    else if (kind === 1) b.moveI(d, this.#constant())
    else if (kind === 2) random(2) ? b.negate(d, this.#register()) : b.not(d, this.#register())
    else if (kind < 5) b.alu(pick(random, ALUS), d, this.#register(), this.#register())
    else if (kind < 8) b.aluI(pick(random, ALUS), d, this.#register(), this.#constant())
    else if (kind === 8) b.set(pick(random, SETS), d, this.#register(), this.#register())
    else b.setI(pick(random, SETS), d, this.#register(), this.#constant())
  }
  #look(): void {
    const [random, b] = [this.#random, this.#b]
    const d = this.#target()
    const kind = random(12)
    if (kind < 7) {
      const outside = random(3) ? {} : { outside: this.#label() }
      b.load(pick(random, LOADS), d, this.#constant(), { ...this.#at(), ...outside })
    } else if (kind === 7) b.hash(d, random(30), 1 + random(12), this.#at())
    else if (kind === 8) {
      const pattern = Uint8Array.from({ length: 1 + random(3) }, () => random(4))
      b.scan(d, random(20), 1 + random(40), pattern, this.#index())
    } else if (kind === 9) b.mailbox(d, random(8))
    else b.special(pick(random, SPECIALS), d)
  }
  #change(): void {
    const [random, b] = [this.#random, this.#b]
    const kind = random(14)
    const cell = (): [number, number] => [random(this.#memory + 1), this.#index()]
    if (kind === 0) b.trim(this.#register())
    else if (kind === 1) b.trimI(this.#constant())
    else if (kind === 2) b.narrow(random(6), this.#index())
    else if (kind === 3) b.setKind(this.#constant())
    else if (kind === 4) b.stream(this.#register())
    else if (kind === 5) b.mail(random(8), this.#register())
    else if (kind === 6) b.edit()
    else if (kind < 9 && this.#edited) b.store(pick(random, ['STB', 'STW', 'STD']), this.#register(), random(30), this.#at())
    else if (kind === 9 && this.#memory) b.external(pick(random, externs), random(3), random(2))
    else if (kind < 11) b.loadMemory(this.#target(), ...cell())
    else if (kind < 13) b.storeMemory(this.#register(), ...cell())
    else b.addMemory(this.#register(), ...cell())
  }
  #loop(): void {
    const counter = this.#target()
    this.#b.loop(counter, 1 + this.#random(5))
    this.#counters.push(counter)
    this.#regions.push([])
    this.#block(1 + this.#random(6))
    for (const label of this.#regions.pop()!) this.#b.place(label)
    this.#counters.pop()
    this.#b.endLoop()
  }
  #block(length: number): void {
    const random = this.#random
    for (let n = 0; n < length; n++) {
      const region = this.#regions.at(-1)!
      if (region.length > 0 && random(3) === 0) this.#b.place(region.splice(random(region.length), 1)[0]!)
      const kind = random(12)
      if (kind < 4) this.#compute()
      else if (kind < 7) this.#look()
      else if (kind < 9) this.#change()
      else if (kind < 11) this.#jump()
      else if (this.#regions.length < 4 && random(2)) this.#loop()
      else if (random(3) === 0) random(2) ? this.#b.returnI(this.#constant()) : this.#b.return(this.#register())
    }
  }
  make(length: number): Program {
    if (this.#random(3) === 0) {
      this.#b.edit()
      this.#edited = true
    }
    this.#block(length)
    for (const label of this.#regions[0]!) this.#b.place(label)
    return this.#b.return(this.#register()).program()
  }
}

/** A random program of about `length` instructions; it verifies. */
export const randomProgram = (random: Random, length = 1 + random(40)): Program => new Maker(random).make(length)
