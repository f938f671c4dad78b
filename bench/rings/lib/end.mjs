// What the ends of a transfer share: counting from the moment when an end is warm, and starting the other end.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

const usage = () => {
  const u = process.resourceUsage()
  return {
    user: u.userCPUTime / 1e6,
    system: u.systemCPUTime / 1e6,
    voluntary: u.voluntaryContextSwitches,
    involuntary: u.involuntaryContextSwitches,
    minor: u.minorPageFault,
    major: u.majorPageFault,
  }
}

/** How many blocks between two looks at the clock: some ten microseconds' worth. */
export const lookEvery = (bytes) => (bytes >= 16384 ? 1 : bytes >= 1024 ? 16 : 64)

/** Counts blocks as `struct end` in peers/common.h does. */
export class End {
  constructor({ warm = 0.1 }) {
    this.startedAt = performance.now()
    this.warmAt = this.startedAt + warm * 1000
    this.from = 0
    this.blocksFrom = 0
    this.usageFrom = usage()
    this.faultsFrom = this.usageFrom.minor
  }

  /** After `count` blocks in all. @returns seconds counted, below 0 while it is not warm */
  look(count) {
    const now = performance.now()
    if (this.from === 0) {
      if (now < this.warmAt) return -1
      this.from = now
      this.blocksFrom = count
      this.usageFrom = usage()
    }
    return (now - this.from) / 1000
  }

  finish(count) {
    // An end that was over before it was warm counts from its start.
    const seconds = (performance.now() - (this.from || this.startedAt)) / 1000
    const to = usage()
    const used = Object.fromEntries(Object.entries(to).map(([name, value]) => [name, value - this.usageFrom[name]]))
    // Of all of it: a ring is touched for the first time before an end is warm.
    const faults = to.minor - this.faultsFrom
    return { blocks: count - this.blocksFrom, seconds, ...used, faults }
  }
}

/** Starts this file again as end number n, on its processor, with the same options of Node.js (`--cpu-prof`). `told` gives its messages, one after the other. */
export const startProcess = (file, options, n = 1, stdin = 'ignore') => {
  const cpu = options.cpus[Math.min(n, options.cpus.length - 1)]
  const args = ['-c', String(cpu), process.execPath, ...process.execArgv, file, JSON.stringify({ ...options, role: n })]
  const child = spawn('taskset', args, { stdio: [stdin, 'ignore', 'inherit', 'ipc'], serialization: 'advanced' })
  return { child, told: messages(child) }
}

/** Starts this file again as a thread, and puts both threads on their processors. */
export const startThread = async (file, options, data, n = 1) => {
  pinThread(options.cpus)
  const worker = new Worker(file, { argv: [JSON.stringify({ ...options, role: n })], workerData: data })
  pinThread([options.cpus[0]])
  return { worker, told: messages(worker) }
}

/** This thread runs on these processors from now on; so do those that it starts. */
export const pinThread = (cpus) => {
  const thread = readlinkSync('/proc/thread-self').split('/').at(-1)
  execFileSync('taskset', ['-cp', cpus.join(','), thread], { stdio: 'ignore' })
}

const messages = (end) => {
  const waiting = []
  const come = []
  end.on('message', (message) => (waiting.length ? waiting.shift().done(message) : come.push(message)))
  const fail = (why) => {
    for (const { failed } of waiting.splice(0)) failed(why)
  }
  end.on('error', fail)
  end.on('exit', (code, signal) => fail(new Error(`the other end has gone (${signal ?? code})`)))
  return () =>
    come.length ? Promise.resolve(come.shift()) : new Promise((done, failed) => waiting.push({ done, failed }))
}

export const print = (result) => console.log(JSON.stringify(result))
export { once }
