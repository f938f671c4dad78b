import { defineFE, StreamlineError } from '@netstreamline/core'

declare module '@netstreamline/core' {
  interface FEOptions {
    bpf: { expression?: string; program?: string; optimize?: boolean; snaplen?: number }
  }
}

/** Declares `(bpf)`. It runs only in translation: into classic BPF and on into what a space runs (§3.1). */
export default defineFE(
  {
    name: 'bpf',
    summary: 'Accepts packets that match a pcap-filter expression.',
    description: `The language is that of tcpdump, described in \`pcap-filter(7)\`; \`docs/reference/filter.md\` says what is supported. The expression is compiled for the link type that the source delivers.

The window of an accepted packet is cut to \`snaplen\` bytes.`,
    inputs: ['link', 'ip'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        expression: {
          type: 'string',
          description: 'The pcap-filter expression. Empty: all packets.',
          maxLength: 1 << 20,
          examples: ['tcp port 80', 'host 10.0.0.1 and not port 22', 'vlan 5 and icmp6'],
        },
        program: {
          type: 'string',
          description: 'Instead of an expression: a classic BPF program, as `tcpdump -ddd` prints it.',
        },
        optimize: { type: 'boolean', default: true, description: 'Optimise the compiled program.' },
        snaplen: {
          type: 'integer',
          description: 'Bytes of an accepted packet to keep; by default what the source keeps.',
          minimum: 1,
          maximum: 0xffffffff,
          'x-unit': 'size',
        },
      },
      anyOf: [{ required: ['expression'] }, { required: ['program'] }],
    },
    classifier: '1 for packets that match, 0 for others.',
    state: 'none',
    targets: [],
    examples: ['(pcap,path=sample.pcap) > (bpf,expression="tcp port 80") > (count)'],
  },
  () => {
    throw new StreamlineError('SL_NO_PLACE', '(bpf) runs in translation only', {
      hint: 'install a package that translates cbpf to what the space runs',
    })
  },
)
