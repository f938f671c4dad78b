import type { Request, Vertex } from '@netstreamline/core'

/** Most of a line that a frame shows. */
const WIDTH = 100

/**
 * Where in its text a vertex of the request stands, as facts for an error: `vertex`, and if the text is known `span`
 * (UTF-16 units), `line` and `column` (from 1) and `frame`, the line with a caret under the place.
 */
export const where = (request: Request, vertex: Vertex): Record<string, unknown> => {
  const { text } = request
  const { span } = vertex
  if (text === undefined || span === undefined || span[0] > text.length) return { vertex: vertex.name }
  const [from, to] = span
  const start = text.lastIndexOf('\n', from - 1) + 1
  const end = text.indexOf('\n', from)
  const whole = text.slice(start, end < 0 ? text.length : end)
  const column = from - start
  const cut = Math.max(0, column - WIDTH / 2)
  const line = whole.slice(cut, cut + WIDTH)
  const at = column - cut
  const under = Math.max(1, Math.min(to - from, line.length - at))
  // A tab stays a tab, so that the caret stands where the terminal puts the text.
  const pad = line.slice(0, at).replace(/[^\t]/g, ' ')
  return {
    vertex: vertex.name,
    span: [from, to],
    line: text.slice(0, from).split('\n').length,
    column: column + 1,
    frame: `${line}\n${pad}${'^'.repeat(under)}`,
  }
}
