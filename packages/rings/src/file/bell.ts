import { platform } from '../platform.js'

/** Several who wait in one event loop for the same thing. */
export class Bell {
  private waiting: (() => void)[] = []

  /** All who wait look again. */
  ring(): void {
    if (this.waiting.length > 0) for (const done of this.waiting.splice(0)) done()
  }

  /** Until it rings, at most `ms`. */
  async wait(ms: number): Promise<void> {
    let timer: unknown
    await new Promise<void>((done) => {
      this.waiting.push(done)
      timer = platform.setTimeout(done, ms)
    })
    platform.clearTimeout(timer)
  }
}
