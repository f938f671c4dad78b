// All benches: name → module. A name asked for means every bench that begins with it.
const files = {
  'call-overhead': '../call-overhead.mjs',
  datapath: '../datapath.mjs',
  'start-up': '../start-up.mjs',
  stall: '../stall.mjs',
  reassembly: '../reassembly.mjs',
  tcp: '../tcp.mjs',
  'rings-resizing': '../rings/figures/resizing.mjs',
  'rings-kinds': '../rings/figures/kinds.mjs',
  'rings-sizes': '../rings/figures/sizes.mjs',
  'rings-pipes': '../rings/figures/pipes.mjs',
  'rings-files': '../rings/figures/files.mjs',
  'rings-readers': '../rings/figures/readers.mjs',
  'rings-wake': '../rings/figures/wake.mjs',
  'rings-speed-copy': '../rings/speed/copy.mjs',
  'rings-speed-peek': '../rings/speed/peek.mjs',
  'rings-speed-readers': '../rings/speed/readers.mjs',
  'rings-speed-wake': '../rings/speed/wake.mjs',
  'rings-speed-ringbuf': '../rings/speed/ringbuf.mjs',
  'rings-speed-files': '../rings/speed/files.mjs',
  'rings-speed-resizer': '../rings/speed/resizer.mjs',
}

export const names = Object.keys(files)

/** Names that begin with the one asked for; no such: []. */
export const namesLike = (name) => names.filter((n) => n === name || n.startsWith(`${name}-`))

/** title, run({ quick }) → { figures, … }, and plots(result) → { file: plot } where there is something to draw. */
export const load = (name) => import(files[name])
