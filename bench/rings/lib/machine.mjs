// What the measurements may use of this machine.
import { execFileSync } from 'node:child_process'

/** Processors on which this process may run. */
export const processors = () => {
  const text = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  const list = text.slice(text.lastIndexOf(':') + 1).trim()
  return list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, n) => from + n)
  })
}

/** Two processors for two ends; the same one twice where there is no other. */
export const twoProcessors = () => {
  const [first, second = first] = processors()
  return [first, second]
}
