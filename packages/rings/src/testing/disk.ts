import { createHash } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Bytes that say where they are. */
export const pattern = (bytes: number): Buffer => {
  const data = Buffer.alloc(bytes)
  for (let i = 0; i < bytes; i++) data[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255
  return data
}

export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** All that comes. */
export const wholeOf = async (from: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of from) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const lengthOf = async (from: AsyncIterable<Uint8Array>): Promise<number> => {
  let bytes = 0
  for await (const chunk of from) bytes += chunk.length
  return bytes
}

/** To be destroyed after the test. */
export type Sockets = { destroy(): void }[]

/** Two ends of a connection. */
export const connected = async (sockets: Sockets): Promise<{ near: Socket; far: Socket }> => {
  const server = createServer()
  const far = new Promise<Socket>((done) => server.once('connection', done))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const pair = { near, far: await far }
  server.close()
  for (const socket of [near, pair.far]) {
    sockets.push(socket)
    socket.on('error', () => {})
  }
  return pair
}
