import { close, closeSync, write, writeSync } from 'node:fs'
import { promised } from './disk-file.node.js'
import type { Outlet } from './outlet.node.js'
import { pauseToRetry, pauseToRetrySync } from './pause.node.js'
import { codeOf } from './system-error.js'

/** A descriptor, possibly one that does not block. */
export class DescriptorOutlet implements Outlet {
  readonly isDoneInTime = true
  readonly takesNothing = false
  onClosed: ((problem: unknown) => void) | undefined
  readonly fd: number
  private isMine: boolean
  private isAbandoned = false

  /** `isMine`: it is closed by `give`. */
  constructor(fd: number, isMine = false) {
    this.fd = fd
    this.isMine = isMine
  }

  async take(): Promise<void> {}
  keepOut(): void {}
  letIn(): void {}
  moved(): void {}

  async write(bytes: Uint8Array): Promise<void> {
    let tries = 0
    for (let at = 0; at < bytes.length; ) {
      try {
        at += await promised<number>((done) => write(this.fd, bytes, at, bytes.length - at, null, done))
        tries = 0
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN' || this.isAbandoned) throw error
        await pauseToRetry(tries++)
      }
    }
  }

  writeSync(bytes: Uint8Array): void {
    let tries = 0
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.fd, bytes, at, bytes.length - at, null)
        tries = 0
      } catch (error) {
        if (codeOf(error) !== 'EAGAIN') throw error
        pauseToRetrySync(tries++)
      }
    }
  }

  abandon(): void {
    this.isAbandoned = true
  }

  async give(): Promise<void> {
    this.isAbandoned = true
    if (!this.isMine) return
    this.isMine = false
    await promised<void>((done) => close(this.fd, (error) => done(error)))
  }

  giveSync(): void {
    if (!this.isMine) return
    this.isMine = false
    closeSync(this.fd)
  }
}
