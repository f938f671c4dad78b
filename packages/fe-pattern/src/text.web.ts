import { StreamlineError } from '@netstreamline/core'
import { decode, tooLong } from './decode.js'

/** Fetches a file, relative to the page. See {@link Text}. */
export const readText = async (path: string, most: number): Promise<string> => {
  let response: Response
  try {
    response = await fetch(path)
  } catch (e) {
    throw new StreamlineError('SL_IO', `cannot fetch '${path}': ${(e as Error).message}`, { path }, e)
  }
  if (!response.ok) {
    const code = response.status === 404 ? 'SL_NO_FILE' : response.status === 403 ? 'SL_PERMISSION' : 'SL_IO'
    throw new StreamlineError(code, `cannot fetch '${path}': ${response.status} ${response.statusText}`, {
      path,
      hint: 'Check the address; another origin must allow the request (CORS). `text` takes the rules themselves.',
    })
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length > most) throw tooLong(path, most)
  return decode(bytes, path)
}
