import type { Command } from '../commands.js'
import { wrap } from '../format.js'
import { safe } from '../terminal.js'
import { memoryChecks } from './memory.js'
import { permissionChecks } from './permissions.js'
import { pluginChecks } from './plugins.js'
import { ringChecks } from './rings.js'
import { runtimeChecks } from './runtime.js'

/** Something that Streamline needs, or is better with. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was found. */
  readonly found: string
  /** What to do, where it is not ok. */
  readonly fix?: string
}

const doctor: Command = async ({ options }, io) => {
  const checks = [
    ...(await runtimeChecks()),
    ...(await memoryChecks()),
    ...(await ringChecks(options['clean'] === true)),
    ...(await pluginChecks()),
    ...permissionChecks(),
  ]
  if (io.json) {
    io.out.write(`${JSON.stringify({ ok: checks.every((check) => check.ok), checks })}\n`)
    return 0
  }
  for (const { name, ok, found, fix } of checks) {
    const lines = [
      ...wrap(found.split(' '), io.columns - 28),
      ...(ok || !fix ? [] : wrap(`→ ${fix}`.split(' '), io.columns - 28)),
    ]
    const head = `${ok ? 'ok  ' : 'warn'}  ${name.padEnd(20)}  `
    io.out.write(`${lines.map((line, i) => safe((i ? '' : head).padEnd(28) + line)).join('\n')}\n`)
  }
  const warnings = checks.filter((check) => !check.ok).length
  io.say(warnings ? `${warnings} of ${checks.length} checks have something to say` : 'everything is fine')
  return 0
}
export default doctor
