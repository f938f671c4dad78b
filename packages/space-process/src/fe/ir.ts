import { defineFE, StreamlineError } from '@netstreamline/core'
import { verify } from '@netstreamline/jit/ir'

const decode = (text: string): Uint8Array => {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  } catch {
    throw new StreamlineError('SL_OPTION', 'option program of (ir) is not base64', {
      hint: 'Let a translator make it.',
    })
  }
}

/** A program of the filter IR, as translators hand it over (§3.1, §7.1). */
export default defineFE<{ program: string }>(
  {
    name: 'ir',
    summary: 'Runs a program of the filter IR; what (bpf) and other languages are translated into.',
    inputs: ['any'],
    outputs: ['same'],
    role: ['filter'],
    options: {
      properties: {
        program: { type: 'string', description: 'The program, base64 (docs/reference/ir.md).' },
      },
      required: ['program'],
    },
    classifier: 'What the program returns.',
    state: 'none',
    targets: ['js'],
  },
  ({ program }) => {
    const bytes = decode(program)
    verify(bytes)
    return { program: bytes }
  },
)
