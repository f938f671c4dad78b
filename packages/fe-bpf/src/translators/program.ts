import { defineTranslator } from '@netstreamline/core'
import { toIr } from '../to-ir/program.js'
import { decodePrograms, toBase64 } from '../to-ir/text.js'

/** `(cbpf,program=…)` → `(ir,program=…)`. */
export default defineTranslator({
  from: 'cbpf',
  to: 'ir',
  targets: ['js', 'ir', 'wasm', 'ebpf', 'ixp'],
  summary: 'Translates classic BPF into the filter IR, which spaces compile.',
  translate: async (vertex) => ({
    ...vertex,
    function: 'ir',
    options: { program: toBase64(toIr(decodePrograms(String(vertex.options['program'])))) },
  }),
})
