import type { Arguments } from './arguments.js'
import check from './check.js'
import type { Io } from './io.js'
import run from './run/run.js'

/** @returns the exit code */
export type Command = (input: Arguments, io: Io) => Promise<number>

export interface CommandSpec {
  readonly name: string
  /** Its arguments as the option parser writes them. */
  readonly arguments: string
  readonly usage: string
  readonly summary: string
  readonly description?: string
  readonly options: readonly { readonly flags: string; readonly summary: string }[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Takes tcpdump's `-d`, `-dd` and `-ddd`. */
  readonly dumps?: boolean
  load(): Command | Promise<Command>
}

const json = (what: string) => ({ flags: '--json', summary: what })

/** Everything that the command line offers: parsing, help, manual and completion are made from this. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    arguments: '<request>',
    usage: "streamline run 'SRL' [--json] [--for 10s] [--explain] [--progress]",
    summary: 'Run a request until its sources end',
    description: `What functions print goes to standard output; a table of what each vertex did follows on standard error. Ctrl-C
stops the sources, drains what is under way and prints the table (exit code 130); a second one aborts at once.`,
    options: [
      json('one JSON object on standard output and nothing else'),
      {
        flags: '--for <duration>',
        summary: 'stop in order after this time: 500ms, 10s, 5m, 1h (a bare number: seconds)',
      },
      { flags: '--explain', summary: 'say what was found, why each place won, and how long each step took' },
      { flags: '--progress', summary: 'show progress even if standard error is no terminal' },
    ],
    examples: [
      ['streamline run \'(pcap,path=trace.pcap) > (bpf,expression="tcp port 80") > (count)\'', 'count packets of HTTP'],
      [
        'streamline run \'(pcap,path=trace.pcap) > (tcp) > (file,path="out/{stream}")\'',
        'one file for each TCP stream',
      ],
      ["tcpdump -w - | streamline run '(pcap,path=-) > (print)' --for 10s", 'ten seconds of live traffic'],
    ],
    load: () => run,
  },
  {
    name: 'check',
    arguments: '<request>',
    usage: "streamline check 'SRL'",
    summary: 'Check a request without running anything',
    description: `Language, functions, options and kinds of block, from manifests only: no plugin's code runs, no file is opened.
Prints the request as Streamline understands it.`,
    options: [],
    examples: [["streamline check '(pcap,path=trace.pcap) > (tcp) and (port) 80>'", 'what becomes of and']],
    load: () => check,
  },
  {
    name: 'plan',
    arguments: '<request>',
    usage: "streamline plan 'SRL' [--json|--dot|--svg]",
    summary: 'Show where a request would run, and why',
    description: 'Looks into the sources, because what follows depends on their link type, and runs nothing.',
    options: [
      json('the plan as JSON'),
      { flags: '--dot', summary: 'a graph for Graphviz' },
      { flags: '--svg', summary: 'a drawing' },
    ],
    examples: [
      ["streamline plan '(pcap,path=trace.pcap) > (bpf,expression=tcp) > (count)'", 'the graph as text'],
      ["streamline plan '(pcap,path=trace.pcap) > (count)' --svg > plan.svg", 'the graph as a drawing'],
    ],
    load: async () => (await import('./others.js')).plan,
  },
  {
    name: 'list',
    arguments: '',
    usage: 'streamline list [--json]',
    summary: 'List functions, translators and spaces',
    description: 'Those that come with the command and those of the plugins that the nearest package.json declares.',
    options: [json('as JSON')],
    examples: [['streamline list', 'what is there, and which plugins are broken']],
    load: async () => (await import('./others.js')).list,
  },
  {
    name: 'inspect',
    arguments: '<name>',
    usage: 'streamline inspect NAME [--json]',
    summary: 'Show all about a function, space or package',
    options: [json('the manifest as JSON')],
    examples: [['streamline inspect pcap', 'its options, what it takes and hands on, examples']],
    load: async () => (await import('./others.js')).inspect,
  },
  {
    name: 'filter',
    arguments: '[...expression]',
    usage: "streamline filter 'EXPRESSION' [-d|-dd|-ddd] [--linktype EN10MB] [--snaplen N] [-O]",
    summary: 'Show the BPF code of a pcap-filter expression, like tcpdump -d',
    options: [
      { flags: '-d', summary: 'for people (default); -dd as C, -ddd as numbers' },
      { flags: '-O', summary: 'do not optimize' },
      { flags: '--linktype <type>', summary: 'link type by DLT name or number (default: EN10MB)' },
      { flags: '--snaplen <bytes>', summary: 'what an accepting program returns (default: 262144)' },
    ],
    examples: [
      ["streamline filter 'tcp port 80'", ''],
      ["streamline filter -ddd --linktype RAW 'udp and src net 10/8'", ''],
    ],
    dumps: true,
    load: async () => (await import('./others.js')).filter,
  },
  {
    name: 'pipe',
    arguments: '<name>',
    usage: 'streamline pipe NAME -w|-r [--size 1M] [--strategy srp] [--readers N] [--access user] [--keep] [--json]',
    summary: 'A pipe with many readers: standard input to a ring, a ring to standard output',
    description: `The writer makes the ring, waits for a reader and a moment for others, and then copies standard input into it; readers
may come before it. Everyone reads everything at a pace of its own. When all readers have left the writer ends.`,
    options: [
      { flags: '-w, --write', summary: 'write: standard input to the ring' },
      { flags: '-r, --read', summary: 'read: the ring to standard output' },
      { flags: '--size <bytes>', summary: 'of the ring: 64k, 1M (default), up to 1G' },
      {
        flags: '--strategy <name>',
        summary:
          'srp (default): the writer waits for the slowest reader; mrp, frp: slow readers lose data, and say how much',
      },
      { flags: '--readers <n>', summary: 'begin when so many readers have joined, at once' },
      { flags: '--access <who>', summary: 'who may read: user (default), group, other' },
      { flags: '--keep', summary: 'do not end when all readers have left; others may come' },
      json('of the writer: a summary on standard output'),
    ],
    examples: [
      [
        'gen | streamline pipe -w x & streamline pipe -r x | a & streamline pipe -r x | b',
        'one generator, two programs that read all of it',
      ],
      ['tcpdump -w - | streamline pipe -w packets --strategy frp --keep', 'live data for whoever wants to look'],
    ],
    load: async () => (await import('./others.js')).pipe,
  },
  {
    name: 'top',
    arguments: '[...names]',
    usage: 'streamline top [NAME|PID ...] [--interval 1s] [--once] [--json]',
    summary: 'Show the rings that processes share: rates, fill, and how far each reader is behind',
    description: `Looks from outside, and slows nobody down. Without a terminal the table is printed once.`,
    options: [
      { flags: '--interval <duration>', summary: 'between two looks: 500ms, 1s (default), 10s' },
      { flags: '--once', summary: 'one table, with the rates of one interval' },
      json('one look as JSON, with rates'),
    ],
    examples: [
      ['streamline top', 'all rings of this user'],
      ['streamline top packets --interval 5s', ''],
    ],
    load: async () => (await import('./others.js')).top,
  },
  {
    name: 'doctor',
    arguments: '',
    usage: 'streamline doctor [--clean] [--json]',
    summary: 'Check this machine: what Streamline needs, and what is missing',
    options: [
      json('as JSON'),
      { flags: '--clean', summary: 'first remove what dead processes have left: names of rings' },
    ],
    examples: [
      ['streamline doctor', ''],
      ['streamline doctor --clean', 'after a crash'],
    ],
    load: async () => (await import('./others.js')).doctor,
  },
  {
    name: 'completion',
    arguments: '<shell> [...words]',
    usage: 'streamline completion bash|zsh|fish',
    summary: 'Print a script that completes commands, functions and options in your shell',
    options: [],
    examples: [
      ['source <(streamline completion bash)', 'in ~/.bashrc'],
      ['source <(streamline completion zsh)', 'in ~/.zshrc'],
      ['streamline completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: async () => (await import('./others.js')).completion,
  },
]
