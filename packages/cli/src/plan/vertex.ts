import type { Accept, OptionValue, Placed, Vertex } from '@netstreamline/core'

const bare = /^[^\s,()>|"#\\]+$/

const value = (option: OptionValue): string => {
  const text = Array.isArray(option) ? option.join(',') : String(option)
  return bare.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`
}

/** `(pcap,path=trace.pcap)`, as in SRL. */
export const callText = ({ function: fn, options }: Vertex): string =>
  `(${[fn, ...Object.entries(options).map(([name, v]) => (v === true ? name : `${name}=${value(v)}`))].join(',')})`

/** The condition before `>`: '' for a plain edge, '22', '22:23', '!80', '!'. */
export const conditionText = ({ not, lo, hi }: Accept): string => {
  if (lo === 0 && hi === 0) return not ? '' : '!'
  return `${not ? '!' : ''}${lo}${lo === hi ? '' : `:${hi}`}`
}

/** `bpf → cbpf → ir`, or the function's name where nothing is translated. */
export const chainText = ({ vertex, chain }: Placed): string => [vertex.function, ...chain].join(' → ')
