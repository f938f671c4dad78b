// How lines look: a colour and a marker each, peers dashed.
import { element } from './svg.mjs'

/** Distinct for most colour-blind people as well (Okabe and Ito), darkest first. */
const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#8a6d00',
  '#e69f00',
  '#444444',
  '#7b3fa0',
  '#999999',
]
const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'cross']

/** Light to dark, for things that have an order, such as sizes. */
export const graded = (count, n) => {
  const from = [173, 216, 240]
  const middle = [33, 113, 181]
  const to = [8, 20, 60]
  const t = count < 2 ? 1 : n / (count - 1)
  const [a, b, u] = t < 0.5 ? [from, middle, t * 2] : [middle, to, t * 2 - 1]
  return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * u)).join(',')})`
}

/** Name → { color, marker, dash } of all series, in the order in which they first appear. */
export const styleOf = (series) => {
  const styles = new Map()
  for (const { name, color, marker, dash } of series) {
    if (styles.has(name)) continue
    const n = styles.size
    styles.set(name, { color: color ?? COLORS[n % COLORS.length], marker: marker ?? MARKERS[n % MARKERS.length], dash })
  }
  return styles
}

/** A marker around a place. 'none': nothing. */
export const markerAt = (x, y, { color, marker }) => {
  const r = 3.4
  if (marker === 'none') return ''
  if (marker === 'circle') return element('circle', { cx: x, cy: y, r, fill: color })
  if (marker === 'square') return element('rect', { x: x - r + 0.4, y: y - r + 0.4, width: 6, height: 6, fill: color })
  const [a, b, c, d] = [x - r - 0.6, x + r + 0.6, y - r - 0.6, y + r + 0.6].map((n) => n.toFixed(1))
  if (marker === 'cross')
    return element('path', { d: `M${a} ${c}L${b} ${d}M${a} ${d}L${b} ${c}`, stroke: color, 'stroke-width': 1.6 })
  const top = `M${x.toFixed(1)} ${c}`
  const path =
    marker === 'triangle'
      ? `${top}L${b} ${d}L${a} ${d}Z`
      : `${top}L${b} ${y.toFixed(1)}L${x.toFixed(1)} ${d}L${a} ${y.toFixed(1)}Z`
  return element('path', { d: path, fill: color })
}

export const lineAlong = (points, { color, dash }) =>
  element('path', {
    d: points.map(([x, y], n) => `${n ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join(''),
    fill: 'none',
    stroke: color,
    'stroke-width': 1.8,
    'stroke-linejoin': 'round',
    'stroke-dasharray': dash,
  })

/** The line of a series whose points are places already; bars where they have ends. */
export const drawSeries = ({ points }, style) =>
  element(
    'g',
    {},
    lineAlong(points, style),
    ...points
      .filter((p) => p.length > 2)
      .map(([x, , low, high]) =>
        element('line', { x1: x, x2: x, y1: low, y2: high, stroke: style.color, 'stroke-width': 1, opacity: 0.6 }),
      ),
    ...points.map(([x, y]) => markerAt(x, y, style)),
  )
