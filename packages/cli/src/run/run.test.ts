import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { capture } from '../testing/capture.js'
import { bash, streamline, workplace } from '../testing/command.js'

const cwd = workplace({
  'many.pcap': capture(5000, { ports: [53, 80] }),
  'empty.pcap': capture(0),
})
const node = (json: string, name: string) => JSON.parse(json).nodes.find((n: { name: string }) => n.name === name)

describe('streamline run', () => {
  it('counts, and tells people on standard error only', async () => {
    const { code, out, err } = await streamline(['run', '(pcap,path=many.pcap) > (count)'], { cwd })
    expect(code).toBe(0)
    expect(out).toBe('')
    expect(err).toMatch(/^node +function +space +blocks in +blocks out +bytes in +bytes out$/m)
    expect(err).toMatch(/^count#1 +count +process +5,000 +5,000 +500,000 +500,000$/m)
    expect(err).toMatch(/^5,000 blocks, 500 kB in /m)
    expect(Math.max(...err.split('\n').map((line) => line.length))).toBeLessThan(120)
  })

  it('prints one JSON object and nothing else under --json, whatever functions print', async () => {
    const text = '(pcap,path=many.pcap) > (print) > (udp) 53> (count)'
    const { code, out, err } = await streamline(['run', '--json', text], { cwd })
    expect(code).toBe(0)
    const result = JSON.parse(out)
    expect(Object.keys(result)).toEqual(['request', 'duration', 'nodes', 'edges'])
    expect(result.request).toBe(text)
    expect(Object.keys(result.nodes[0])).toEqual([
      'name',
      'function',
      'space',
      'blocksIn',
      'blocksOut',
      'bytesIn',
      'bytesOut',
      'counters',
    ])
    expect(node(out, 'count#1')).toMatchObject({ function: 'count', blocksIn: 2500 })
    expect(result.edges.at(-1)).toMatchObject({ from: 'udp#1', to: 'count#1', accept: '53', blocks: 2500 })
    expect(err.trimEnd().split('\n')).toHaveLength(5000)
  })

  it('runs an empty capture', async () => {
    const { code, out } = await streamline(['run', '--json', '(pcap,path=empty.pcap) > (count)'], { cwd })
    expect([code, node(out, 'count#1').blocksIn]).toEqual([0, 0])
  })

  it('writes every printed line, in order, also through a pipe', async () => {
    const { code, out } = await bash('"$N" "$S" run "(pcap,path=many.pcap,loop=4) > (print)" | cat', { cwd })
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(20_000)
    expect(out.slice(0, 10)).toBe('1700000000')
  })

  it('reads standard input and writes standard output as captures', async () => {
    const { code, out } = await bash(
      '"$N" "$S" run "(pcap,path=-) > (pcap,path=-)" < many.pcap | "$N" "$S" run --json "(pcap,path=-) > (count)"',
      { cwd },
    )
    expect([code, node(out, 'count#1').blocksIn]).toEqual([0, 5000])
  })

  it('stops after --for, exit code 0, with what was counted', async () => {
    const args = ['run', '--json', '--for', '300ms', '(pcap,path=many.pcap,loop=100000000) > (count)']
    const { code, out } = await streamline(args, { cwd })
    expect(code).toBe(0)
    const { duration } = JSON.parse(out)
    expect(duration).toBeLessThan(60)
    expect(node(out, 'count#1').blocksIn).toBeGreaterThan(0)
    expect(node(out, 'count#1').blocksIn).toBe(node(out, 'pcap#1').blocksOut)
  })

  it('stops after --for though its input says nothing', async () => {
    const { code, out } = await streamline(['run', '--json', '--for=200ms', '(pcap,path=-) > (count)'], { cwd })
    expect([code, JSON.parse(out).nodes]).toEqual([0, []])
  })

  it('explains what was found, what won, and how long it took', async () => {
    const { code, out, err } = await streamline(['run', '--explain', '(pcap,path=many.pcap) > (count)'], { cwd })
    expect([code, out]).toEqual([0, ''])
    expect(err).toMatch(/found \d+ packages: \d+ functions/)
    expect(err).toMatch(/^pcap#1 +process +pcap +js +@netstreamline\/fe-std +the .*space that can run it/m)
    expect(err).toMatch(/^plan and start \([\d.]+ ms\)$/m)
    expect(err).toMatch(/probe.*\n.*pcap#1: delivers EN10MB/)
  })

  it('shows progress when asked to, and nothing to a pipe that did not ask', async () => {
    const args = ['run', '--for', '700ms', '(pcap,path=many.pcap,loop=100000000) > (count)']
    expect((await streamline([...args, '--progress'], { cwd })).err).toMatch(/^\[[#-]{24}\] \d+ % .*\/s/m)
    const { err } = await streamline(args, { cwd })
    expect(err).not.toMatch(/%|\r/)
  })

  const forever = '(pcap,path=many.pcap,loop=100000000) > (count)'
  const started = (signal: NodeJS.Signals) => {
    let sent = false
    return (text: string, kill: (s: NodeJS.Signals) => void) => {
      if (!sent && text.includes('%')) {
        sent = true
        kill(signal)
      }
    }
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('drains at %s, shows the table, exit code %i', async (signal, exitCode) => {
    const { code, err } = await streamline(['run', '--progress', forever], { cwd, onError: started(signal) })
    expect(code).toBe(exitCode)
    expect(err).toMatch(/^count#1 .*\d,\d{3}/m)
    expect(err).toContain('SL_INTERRUPTED')
  })

  it('says under --json that it was interrupted, beside what it had done', async () => {
    const args = ['run', '--json', '--progress', forever]
    const { code, out } = await streamline(args, { cwd, onError: started('SIGINT') })
    expect([code, JSON.parse(out).error.code]).toEqual([130, 'SL_INTERRUPTED'])
    expect(node(out, 'count#1').blocksIn).toBeGreaterThan(0)
  })

  it('can be interrupted while its input says nothing', async () => {
    const { code, err } = await streamline(['run', '(pcap,path=-) > (count)'], {
      cwd,
      onStart: (kill) => setTimeout(() => kill('SIGINT'), 2000),
    })
    expect([code, err]).toEqual([130, expect.stringContaining('SL_INTERRUPTED')])
  })

  it('ends at once at the second signal, though nobody reads its output', async () => {
    const twice = `mkfifo full; exec 3<>full
      "$N" "$S" run --progress '(pcap,path=many.pcap,loop=100000000) > (pcap,path=-)' >full 2>talk & p=$!
      while kill -0 $p && ! grep -q % talk; do sleep 0.1; done
      sleep 1; kill -INT $p; sleep 1; kill -0 $p && echo still draining; kill -INT $p; wait $p; echo $?`
    expect((await bash(twice, { cwd })).out).toBe('still draining\n130\n')
  })

  it('writes what the sink has got, though the run fails', async () => {
    const { code } = await bash(
      'head -c 100000 many.pcap > cut.pcap; "$N" "$S" run "(pcap,path=cut.pcap) > (pcap,path=copy.pcap)"',
      { cwd },
    )
    expect(code).toBe(1)
    // 862 whole records of 116 bytes fit into the cut file.
    expect(readFileSync(join(cwd, 'copy.pcap'))).toHaveLength(24 + 861 * 116)
  })
})
