import { StreamlineError } from '@netstreamline/core'

/**
 * A capture that cannot be read, or not further. The messages are libpcap's, word for word, so that what people
 * know and search for still holds.
 */
export const captureError = (message: string, detail: Record<string, unknown>): StreamlineError => {
  const hint = message.endsWith('file header bytes, only got 0')
    ? 'The input is empty; not even the header of a capture is there.'
    : message.startsWith('truncated')
      ? 'The file ends in the middle of a record: it was cut, or is still being written.'
      : message.startsWith('unknown file format')
        ? 'Formats read: pcap, pcapng, and both in gzip. Convert others with `editcap -F pcapng`.'
        : 'The file is damaged here. What came before has been delivered.'
  return new StreamlineError('SL_CAPTURE', message, { hint, ...detail })
}
