import { type Block, END, GAP, START, type StreamInfo } from '@netstreamline/core'
import { escapeText } from './escape.js'
import { kindName } from './kind-name.js'

const endpoint = (address: string | undefined, port: number | undefined): string => {
  const host = address === undefined ? '?' : address.includes(':') ? `[${address}]` : address
  return port === undefined ? host : `${host}:${port}`
}

const marks = (flags: number): string =>
  `${flags & START ? ' start' : ''}${flags & END ? ' end' : ''}${flags & GAP ? ' gap' : ''}`

/** One line about a block: time, kind, length, classifier, stream. */
export const blockLine = (block: Block, stream: StreamInfo | undefined): string => {
  const time = `${block.seconds}.${String(block.nanoseconds).padStart(9, '0')}`
  const lost = block.wireLength > block.length && block.kind < 0x10000 ? ` of ${block.wireLength}` : ''
  const head = `${time} ${kindName(block.kind)} ${block.length}${lost} B class ${block.classifier}${marks(block.flags)}`
  if (!stream) return head
  const name = stream.name === undefined ? '' : ` ${stream.name}`
  const ends = `${endpoint(stream.src, stream.sport)} > ${endpoint(stream.dst, stream.dport)}`
  return escapeText(`${head} stream ${stream.id}${name} ${ends}`)
}
