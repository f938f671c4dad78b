// What the lines are, in rows below the panels.
import { lineAlong, markerAt } from './series.mjs'
import { element, text } from './svg.mjs'

const ROW = 20
const LINE = 30
/** About what a letter is wide. */
const LETTER = 6.4

/** Parts of the legend and how high it is, for so much width. */
export const legendOf = (styles, width) => {
  const names = [...styles.keys()]
  const column = LINE + 18 + LETTER * Math.max(...names.map((name) => name.length))
  const columns = Math.max(1, Math.min(names.length, Math.floor(width / column)))
  const rows = Math.ceil(names.length / columns)
  const parts = names.map((name, n) => {
    const style = styles.get(name)
    const x = Math.floor(n / rows) * column
    const y = (n % rows) * ROW + ROW / 2
    return element(
      'g',
      { transform: `translate(${x.toFixed(1)},${y})` },
      lineAlong(
        [
          [0, 0],
          [LINE, 0],
        ],
        style,
      ),
      markerAt(LINE / 2, 0, style),
      text(name, { x: LINE + 8, y: 4 }),
    )
  })
  return { parts, height: rows * ROW }
}
