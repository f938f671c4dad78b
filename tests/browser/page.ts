// What the browser tests run in the page: the packages that Node runs, bundled, each module loaded when first needed.

import { packages } from 'streamline:packages'
import { createStreamline, offeredSpaces, staticRegistry } from '@netstreamline/control'
import { asError } from '@netstreamline/core'
import { createArena } from '@netstreamline/rings'
import { parse } from '@netstreamline/srl'
import type { Answer, Outcome } from './report.js'

const generates = (): boolean => {
  try {
    return new Function('return true')()
  } catch {
    return false
  }
}

const run = async (): Promise<Answer> => {
  const requests: string[] = await (await fetch('/requests.json')).json()
  const registry = staticRegistry(packages)
  const streamline = createStreamline({ registry, spaces: offeredSpaces(registry) })
  const outcomes: Outcome[] = []
  for (const text of requests) {
    try {
      const { nodes, edges } = await streamline.run(parse(text))
      outcomes.push({ nodes, edges })
    } catch (error) {
      outcomes.push({ error: asError(error).code })
    }
  }
  await streamline.close()
  const broken = registry.packages.filter((found) => found.broken !== undefined)
  // What every function's module exports, so that none is left that a browser cannot load.
  const loaded: string[] = []
  for (const { name, url } of registry.functions()) {
    const element = (await registry.load(url))['default'] as { meta: { name: string } }
    if (element.meta.name === name) loaded.push(name)
  }
  return {
    outcomes,
    loaded,
    broken: broken.map((found) => `${found.name}: ${found.broken}`),
    isolated: globalThis.crossOriginIsolated,
    shared: Object.prototype.toString.call(createArena({ bytes: 1 << 20 }).buffer) === '[object SharedArrayBuffer]',
    generates: generates(),
  }
}

const report = (answer: Answer | { failure: string }) =>
  fetch('/report', { method: 'POST', body: JSON.stringify(answer) })

run().then(report, (error) => report({ failure: String(error?.stack ?? error) }))
