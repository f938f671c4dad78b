/** How long a datapath runs before the event loop gets its turn, in milliseconds. */
export const BREATH = 4

const later = (globalThis as { setImmediate?: (f: () => void) => void }).setImmediate

/** Lets timers, sockets and other requests run. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    if (later) return later(resolve)
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(0)
  })
