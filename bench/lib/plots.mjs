// Plots of what was measured.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from './benches.mjs'
import { factsLine } from './machine.mjs'
import { plot } from './plot/plot.mjs'

/** Draws everything of a report that can be drawn. @returns the files */
export const drawAll = async ({ machine, quick, benches }, directory) => {
  const files = []
  for (const [name, result] of Object.entries(benches)) {
    const { plots } = await load(name)
    if (plots === undefined) continue
    for (const [file, about] of Object.entries(plots(result))) {
      const commit = `${machine.commit?.slice(0, 7) ?? 'no commit'}${machine.changed ? ' and changes' : ''}`
      const facts = `${factsLine(machine)}, ${machine.date.slice(0, 10)}, ${commit}${quick ? ', --quick: says nothing' : ''}`
      const path = join(directory, file)
      mkdirSync(directory, { recursive: true })
      writeFileSync(path, `${plot({ ...about, note: [...(about.note ?? []), facts] }).trim()}\n`)
      files.push(path)
    }
  }
  return files
}
