import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'

/** What a page may not do, and where it stands: headers of every response. */
export type Headers = Readonly<Record<string, string>>

const types: Headers = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json' }

/** Failures that the page's own module cannot report: a script that does not load or parse. */
const watch = `addEventListener('error', (event) => {
  const failure = event.message ?? 'cannot load ' + event.target.src
  fetch('/report', { method: 'POST', body: JSON.stringify({ failure }) })
}, true)`
const html = `<!doctype html><meta charset="utf-8"><title>Streamline</title>
<script src="/watch.js"></script><script type="module" src="/page.js"></script>`

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

export interface Site {
  readonly url: string
  /** Resolves with what the page posts to /report. */
  readonly report: Promise<string>
  close(): void
}

/**
 * Serves a page to this machine only.
 * @param scripts directory of the bundle
 * @param files by path: the capture, the requests
 */
export const serve = async (
  scripts: string,
  files: Readonly<Record<string, Buffer>>,
  headers: Headers,
): Promise<Site> => {
  let reported: (text: string) => void
  const report = new Promise<string>((resolve) => (reported = resolve))
  const read = (path: string): Buffer | undefined => {
    if (path === '/index.html') return Buffer.from(html)
    if (path === '/watch.js') return Buffer.from(watch)
    if (path in files) return files[path]
    return extname(path) === '.js' ? readFileSync(join(scripts, basename(path))) : undefined
  }
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    if (request.method === 'POST' && path === '/report') reported(await bodyOf(request))
    const body = read(path)
    response.writeHead(body ? 200 : 404, {
      ...headers,
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      ...(body && { 'content-length': body.length }),
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://localhost:${port}/index.html`, report, close }
}
