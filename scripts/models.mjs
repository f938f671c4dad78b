// `npm run models [NAME ...]`: checks the models of the ring protocols (models/*.pml) with spin. A model states in its first
// comment what is checked:
//
//   check NAME: -DOPTION ...     it must come through, in full
//   mutants NAME: MUTANT ...     with -DMUTANT_... it must not: so the model is known to be able to fail
//
// `--brief`: of each check only that the model can be compiled and that its first mutant fails.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './lib.mjs'

const DIRECTORY = join(root, 'models')
const MEGABYTES = 2000
const STEPS = 2_000_000

/** Why models cannot be checked here; undefined: they can. */
export const absent = () => {
  const missing = ['spin', 'gcc'].filter((tool) => spawnSync(tool, ['--version']).error)
  return missing.length > 0 ? `${missing.join(' and ')} not installed` : undefined
}

/** The checks that a model states. @throws if a mutant is stated that it has not, or the other way round */
export const checksOf = (name) => {
  const text = readFileSync(join(DIRECTORY, `${name}.pml`), 'utf8')
  const checks = new Map()
  for (const [, check, defines] of text.matchAll(/^ *check (\w+): (.*?)(?: \*\/)?$/gm)) {
    checks.set(check, { name, check, defines: defines.trim().split(/ +/), mutants: [] })
  }
  for (const [, check, mutants] of text.matchAll(/^ *mutants (\w+): (.*?)(?: \*\/)?$/gm)) {
    if (!checks.has(check)) throw new Error(`${name}: there is no check ${check}`)
    checks.get(check).mutants.push(...mutants.trim().split(/ +/))
  }
  if (checks.size === 0) throw new Error(`${name}: nothing is checked`)
  const stated = new Set([...checks.values()].flatMap(({ mutants }) => mutants))
  const written = new Set(Array.from(text.matchAll(/\bMUTANT_(\w+)/g), ([, mutant]) => mutant))
  for (const mutant of stated) if (!written.has(mutant)) throw new Error(`${name}: ${mutant} changes nothing`)
  for (const mutant of written) if (!stated.has(mutant)) throw new Error(`${name}: nothing says that ${mutant} fails`)
  return [...checks.values()]
}

export const models = () =>
  readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.pml'))
    .map((file) => basename(file, '.pml'))
    .sort()

/** Ends with the output of a command; rejects if it could not be run. */
const output = (command, args, cwd) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, text }))
  })

/** One search: how it ended, in how many states and seconds. @throws if there was none */
const search = async ({ name, defines }, mutant) => {
  const cwd = mkdtempSync(join(tmpdir(), `streamline-model-${name}-`))
  try {
    const all = mutant === undefined ? defines : [...defines, `-DMUTANT_${mutant}`]
    const spin = await output('spin', ['-a', ...all, join(DIRECTORY, `${name}.pml`)], cwd)
    if (spin.status !== 0) throw new Error(`${name}: ${spin.text}`)
    const how = ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${MEGABYTES}`, '-o', 'pan', 'pan.c']
    const gcc = await output('gcc', how, cwd)
    if (gcc.status !== 0) throw new Error(`${name}: ${gcc.text}`)
    const { text } = await output(join(cwd, 'pan'), [`-m${STEPS}`, '-n'], cwd)
    const errors = /errors: (\d+)/.exec(text)
    if (errors === null) throw new Error(`${name}: ${text}`)
    const isComplete = !/Search not completed|max search depth too small|out of memory/.test(text)
    return {
      errors: Number(errors[1]),
      isComplete,
      states: Number(/([\d.e+]+) states, stored/.exec(text)?.[1]),
      seconds: Number(/elapsed time ([\d.]+)/.exec(text)?.[1] ?? 0),
      what: /^pan:1: (.*?)(?: \(at depth \d+\))?$/m.exec(text)?.[1] ?? '',
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Runs a search and says whether it ended as it must. */
export const judge = async (check, mutant) => {
  const result = await search(check, mutant)
  const isRight = mutant === undefined ? result.errors === 0 && result.isComplete : result.errors > 0
  return { ...check, ...result, mutant, isRight }
}

const say = ({ name, check, mutant, errors, isComplete, states, seconds, what, isRight }) => {
  const cells = [`${name} ${check}`.padEnd(18), (mutant ?? '').padEnd(38), String(states).padStart(10)]
  const end = errors > 0 ? `fails: ${what}` : isComplete ? 'holds' : 'was not searched to the end'
  console.log(`${isRight ? 'ok ' : 'NO '} ${cells.join(' ')} ${seconds.toFixed(1).padStart(6)} s  ${end}`)
}

const main = async (names) => {
  const why = absent()
  if (why) {
    console.error(`Models cannot be checked: ${why}.`)
    return 1
  }
  const jobs = (names.length > 0 ? names : models()).flatMap((name) =>
    checksOf(name).flatMap((check) => [undefined, ...check.mutants].map((mutant) => () => judge(check, mutant))),
  )
  console.log(`    ${'model, check'.padEnd(18)} ${'mutant'.padEnd(38)} ${'states'.padStart(10)}`)
  let wrong = 0
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const result = await job()
      say(result)
      if (!result.isRight) wrong++
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
  console.log(wrong === 0 ? 'Every model holds, and every mutant of it fails.' : `${wrong} did not end as they must.`)
  return wrong === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2))
}
