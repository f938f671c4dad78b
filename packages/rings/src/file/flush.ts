/** Files of this thread that may hold back what they have written, to publish it in larger batches. */
const writers = new Set<{ flush(): void }>()

export const flushes = (file: { flush(): void }): void => {
  writers.add(file)
}

export const flushesNoMore = (file: { flush(): void }): void => {
  writers.delete(file)
}

/** A thread that is about to sleep publishes everything: what it waits for may be an answer to it. */
export const flushAll = (): void => {
  for (const file of writers) file.flush()
}
