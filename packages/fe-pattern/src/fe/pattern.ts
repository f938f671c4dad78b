import { type Block, CONSUMED, type Context, defineFE, END, GAP, type Instance, KIND, START } from '@netstreamline/core'
import { type AlertFormat, Alerts } from '../alerts.js'
import { Hits } from '../hits.js'
import { buildMachines } from '../machines.js'
import { rulesOf, type Wanted } from '../rules/from-options.js'
import type { Rule } from '../rules/rule.js'
import { StreamTable } from '../stream-table.js'

/** Options of `pattern`. */
export interface PatternOptions extends Wanted {
  emit?: 'blocks' | AlertFormat
  choose?: 'lowest' | 'first'
  mark?: 'block' | 'stream'
  repeat?: boolean
  streams?: number
  memory?: number
}

type Settings = Required<Omit<PatternOptions, keyof Wanted>>

/** Blocks of these kinds are pieces of streams; of all others each stands for itself. */
const isStream = (kind: number): boolean => kind === KIND.tcp || kind === KIND.bytes

export default defineFE<PatternOptions>(
  {
    name: 'pattern',
    aliases: ['ids'],
    summary: 'Finds thousands of literal patterns and regular expressions in streams and packets.',
    description: `Classifies blocks by the rule that matches in them, or hands on alerts. All rules are looked for at once: literals by one Aho-Corasick automaton for each case, regular expressions by one DFA that is built where it is needed. The time is linear in the data, whatever the rules and the data.

**Streams.** In blocks of \`(tcp)\` and in raw bytes, matches are found across the borders of blocks. In every other kind (packets, datagrams, messages) each block is searched by itself. About 60 bytes are kept of a stream, of at most \`streams\` streams; one that has been silent for long makes room for a new one (\`evicted\`). Lost bytes (GAP) end what had begun to match; END forgets the stream.

**Rules.** \`rules=FILE\` has a rule a line: \`NUMBER NAME PATTERN [OPTION …]\`. The pattern is \`"text"\`, in which \`|0d 0a|\` are bytes in hexadecimal and \`\\n \\r \\t \\0 \\xHH \\" \\\\ \\|\` escapes, or \`/regular expression/\` with the flags i, m, s. Options are \`nocase\` (ASCII letters), \`port=80,8000-8999\` (of the service) and \`to=server\` or \`to=client\`. \`#\` begins a comment. \`patterns=\` and \`regex=\` do without a file.

**Regular expressions** are over bytes: a character stands for its UTF-8. There are classes, \`.\` (not a line feed, unless s), groups, alternatives, repeats up to 1,000, \`\\d \\w \\s \\D \\W \\S \\b \\B\`, POSIX classes, \`^ $ \\A \\z\` (beginning and end of the stream; with m also of lines). What cannot be matched in linear time, backreferences and lookaround, is refused. An expression may have 10,000 steps with its repeats written out. All together share \`memory\`; when it is used up, states are forgotten and made again (\`regexFlushes\`), so that even a hostile expression costs at most its length per byte.

**Matches.** A rule matches in a block when a match of it ends there; conditions that need to see the next byte (\`$\`, \`\\b\`) may belong to the next block. \`hits\` count blocks, by rule. With \`emit=alerts\` (lines) or \`emit=json\`, each hit becomes a block of text, once for each rule and stream unless \`repeat\`: time, number and name of the rule, ends, stream, and how many bytes of the stream (or block) there were up to the end of the match.`,
    inputs: ['any'],
    outputs: ['same', 'message'],
    role: ['filter'],
    options: {
      properties: {
        rules: { type: 'string', minLength: 1, description: 'File of rules.', examples: ['rules.txt'] },
        text: { type: 'string', minLength: 1, description: 'The rules themselves, instead of a file.' },
        patterns: {
          type: 'array',
          items: { type: 'string' },
          description:
            'Literals, numbered from 1: a list, or text with commas. Escapes as in rules; blanks at the ends do not count, write |20| for one and |2c| for a comma.',
          examples: ['sqlmap,/etc/passwd,|7f|ELF'],
        },
        regex: { type: 'string', minLength: 1, description: 'A regular expression, numbered after the literals.' },
        nocase: { type: 'boolean', description: 'Ignore the case of ASCII letters in `patterns` and `regex`.' },
        emit: {
          type: 'string',
          enum: ['blocks', 'alerts', 'json'],
          default: 'blocks',
          description: 'What to hand on: the blocks that match, or alerts about them as lines of text or of JSON.',
        },
        choose: {
          type: 'string',
          enum: ['lowest', 'first'],
          default: 'lowest',
          description:
            'Which of several rules classifies a block: that of the lowest number, or whose match ends first.',
        },
        mark: {
          type: 'string',
          enum: ['block', 'stream'],
          default: 'block',
          description:
            '`stream`: all that follows in a stream, END included, is classified as the first block that matched.',
        },
        repeat: {
          type: 'boolean',
          default: false,
          description: 'Alert again when a rule matches in another block of the same stream.',
        },
        streams: {
          type: 'integer',
          minimum: 1,
          maximum: 4194304,
          default: 65536,
          'x-unit': 'size',
          description: 'Streams that are kept at a time, at most.',
        },
        memory: {
          type: 'integer',
          minimum: 65536,
          maximum: 1073741824,
          default: 16777216,
          'x-unit': 'size',
          description: 'Bytes for states of regular expressions.',
        },
      },
      anyOf: [{ required: ['rules'] }, { required: ['text'] }, { required: ['patterns'] }, { required: ['regex'] }],
    },
    classifier:
      'The number of the rule that matches: from the file, or counted from 1 in `patterns`; 0 where none does.',
    state: 'flow',
    targets: ['js'],
    examples: [
      '(pcap,path=sample.pcap) > (tcp) > (pattern,patterns="GET|20|,POST|20|") 1> (count)',
      '(pcap,path=sample.pcap) > (tcp) > (ids,regex="^HTTP/1\\\\.[01] [23]..",emit=alerts) > (print,format=text)',
      '(pcap,path=sample.pcap) > (udp) > (pattern,patterns="|03|www") > (count)',
    ],
  },
  async (options, context) => {
    const { emit = 'blocks', choose = 'lowest', mark = 'block', repeat = false } = options
    const { streams = 65536, memory = 16 << 20 } = options
    const rules = await rulesOf(options)
    return search(rules, { emit, choose, mark, repeat, streams, memory }, context)
  },
)

const search = (rules: readonly Rule[], settings: Settings, context: Context): Instance => {
  const { emit, repeat } = settings
  const marks = settings.mark === 'stream'
  const first = settings.choose === 'first'
  const { all, dfa } = buildMachines(rules, settings.memory)
  const table = new StreamTable(all, settings.streams)
  if (dfa) dfa.onFull = () => table.reset(all.indexOf(dfa))
  const hits = new Hits(rules, context)
  const alerts = emit === 'blocks' ? undefined : new Alerts(context, emit)

  /** Classifier of the block in hand, whose matches are in `hits`. */
  const judge = (block: Block, place: number, from: number): number => {
    if (hits.list.length === 0) return 0
    if (alerts) {
      for (const { rule, end } of hits.inOrder()) {
        if (place >= 0 && !repeat && !table.tell(place, rule)) continue
        alerts.write(rules[rule]!, block, hits.ends(), from + end - block.offset, place >= 0)
      }
    }
    return hits.chosen(first).id
  }

  const alone = (block: Block): number => {
    const { bytes, offset, length } = block
    hits.begin(block)
    const to = offset + length
    for (let m = 0; m < all.length; m++) {
      const machine = all[m]!
      machine.end(to, machine.scan(bytes, offset, to, machine.begin, hits), hits)
    }
    return judge(block, -1, 0)
  }

  const piece = (block: Block): number => {
    const { bytes, offset, length, flags } = block
    const key = block.stream + block.input * 2 ** 32
    if (flags & START) table.close(key)
    let place = table.find(key)
    if (place < 0) place = table.open(key)
    const from = table.position[place]!
    hits.begin(block)
    for (let m = 0; m < all.length; m++) {
      const machine = all[m]!
      if (flags & GAP) table.setState(place, m, machine.middle)
      if (length > 0)
        table.setState(place, m, machine.scan(bytes, offset, offset + length, table.state(place, m), hits))
      if (flags & END) machine.end(offset + length, table.state(place, m), hits)
    }
    table.position[place] = from + length
    const found = judge(block, place, from)
    const before = table.mark[place]!
    if (marks && before === 0) table.mark[place] = found
    if (flags & END) table.close(key)
    return marks ? before || found : found
  }

  /** Streams that have no END, such as files, end with the input. */
  const finish = (last: Block): void => {
    for (const [key] of [...table.entries()]) {
      const stream = key % 2 ** 32
      const nothing = { length: 0, flags: END, stream, input: Math.floor(key / 2 ** 32), l3: -1, l4: -1, proto: -1 }
      piece({ ...last, ...nothing })
    }
  }

  let last: Block | undefined
  return {
    process(block) {
      last = block
      const found = isStream(block.kind) ? piece(block) : alone(block)
      return alerts ? CONSUMED : found
    },
    counters: () => ({
      ...hits.counters(),
      ...(alerts && { alerts: alerts.written }),
      rules: rules.length,
      streams: table.size,
      evicted: table.evicted,
      ...sum(all.map((machine) => machine.counters())),
    }),
    finish: () => last && finish(last),
    stop: () => alerts?.free(),
  }
}

const sum = (parts: readonly Record<string, number>[]): Record<string, number> => {
  const total: Record<string, number> = {}
  for (const part of parts) for (const [name, n] of Object.entries(part)) total[name] = (total[name] ?? 0) + n
  return total
}
