// Traffic of real programs on the loopback interface of a network namespace of its own, captured by tcpdump.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NEEDED = ['ip', 'tcpdump', 'tshark', 'nginx', 'curl', 'openssl'] as const

/** Why there can be no live traffic; undefined when there can. */
export const liveProblem = (): string | undefined => {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root, for a network namespace'
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`
  const missing = NEEDED.filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { env: { PATH: path } }).status !== 0,
  )
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const name = `streamline-probe-${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', name], { env: { PATH: path } })
  if (made.status !== 0) return 'needs network namespaces'
  spawnSync('ip', ['netns', 'delete', name], { env: { PATH: path } })
  return undefined
}

const NGINX = (dir: string, mime: string) => `
daemon off; user root; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 64; }
http {
  access_log off; types { ${mime} } default_type application/octet-stream;
  client_body_temp_path ${dir}/body; client_max_body_size 10m;
  gzip on; gzip_types text/plain; gzip_min_length 100;
  server { listen 127.0.0.1:80; root ${dir}/root;
    location = /created { return 201 "made\\n"; }
    location = /nothing { return 204; }
    location = /moved { return 301 /a.txt; }
    location /upload { client_body_in_file_only clean; proxy_pass http://127.0.0.1:81; } }
  server { listen 127.0.0.1:81; location / { return 200 "took it\\n"; } }
  server { listen 127.0.0.1:82 http2; root ${dir}/root; }
  server { listen 127.0.0.1:443 ssl; root ${dir}/root; ssl_certificate ${dir}/cert.pem; ssl_certificate_key ${dir}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; }
}
`

/** A namespace with a web server, a program to answer others, and a capture of all that is said. */
export class Live {
  readonly dir = mkdtempSync(join(tmpdir(), 'streamline-live-'))
  readonly capture = join(this.dir, 'live.pcap')
  readonly #name = `streamline-${process.pid}-${Math.floor(performance.now())}`
  readonly #children: ChildProcess[] = []

  async start(files: Readonly<Record<string, Uint8Array | string>>, server: string): Promise<void> {
    this.#ip('netns', 'add', this.#name)
    this.run('ip', 'link', 'set', 'lo', 'up')
    mkdirSync(join(this.dir, 'root'))
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.dir, 'root', name), content)
    const config = join(this.dir, 'nginx.conf')
    writeFileSync(config, NGINX(this.dir, 'text/html html; text/plain txt;'))
    const key = [
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      join(this.dir, 'key.pem'),
      '-out',
      join(this.dir, 'cert.pem'),
    ]
    this.run('openssl', 'req', '-x509', '-subj', '/CN=a.test', '-days', '2', ...key)
    // To the file as it comes, so that nothing is missing at the end.
    const listening = this.#spawn('tcpdump', '-i', 'lo', '-s', '0', '-U', '-w', this.capture)
    await said(listening, /listening/)
    this.#spawn('nginx', '-p', this.dir, '-c', config)
    const other = this.#spawn(process.execPath, '-e', server)
    await said(other, /ready/)
    await this.until('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:81/')
    await this.until('curl', '-s', '-k', '-o', '/dev/null', 'https://127.0.0.1/')
  }

  /** Runs a program to its end; returns what it wrote. Its exit code does not matter. */
  run(command: string, ...args: string[]): string {
    const all = ['netns', 'exec', this.#name, command, ...args]
    return spawnSync('ip', all, { cwd: this.dir, encoding: 'latin1', maxBuffer: 1 << 28 }).stdout
  }

  /** The same, with input. */
  feed(input: string, command: string, ...args: string[]): string {
    const all = ['netns', 'exec', this.#name, command, ...args]
    return spawnSync('ip', all, { cwd: this.dir, encoding: 'latin1', input }).stdout
  }

  async until(command: string, ...args: string[]): Promise<void> {
    const all = ['netns', 'exec', this.#name, command, ...args]
    while (spawnSync('ip', all, { cwd: this.dir }).status !== 0) await new Promise((done) => setTimeout(done, 50))
  }

  /** Ends the capture: what has been said is in it. */
  async end(): Promise<void> {
    for (let size = -1; size !== statSync(this.capture).size; ) {
      size = statSync(this.capture).size
      await new Promise((done) => setTimeout(done, 300))
    }
    for (const child of this.#children.splice(0)) {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill()
      await ended
    }
  }

  async remove(): Promise<void> {
    await this.end().catch(() => {})
    spawnSync('ip', ['netns', 'delete', this.#name])
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** What tshark says: a list of fields for each packet that the filter passes. */
  tshark(filter: string, ...fields: string[]): string[][] {
    const wanted = fields.flatMap((field) => ['-e', field])
    const ports = ['-d', 'tcp.port==82,http2', '-d', 'tcp.port==81,http']
    const out = execFileSync('tshark', ['-r', this.capture, '-Y', filter, ...ports, '-T', 'fields', ...wanted], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return out.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]))
  }

  #spawn(command: string, ...args: string[]): ChildProcess {
    // exec: the child that is told to end is the program itself.
    const child = spawn('ip', ['netns', 'exec', this.#name, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.push(child)
    return child
  }

  #ip(...args: string[]): void {
    execFileSync('ip', args)
  }
}

const said = (child: ChildProcess, what: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = ''
    const look = (chunk: Buffer) => {
      text += chunk
      if (what.test(text)) resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)))
  })
