// Plots of lines as SVG: panels side by side, one legend for all of them.

import { legendOf } from './legend.mjs'
import { canShow, scaleOf } from './scale.mjs'
import { drawSeries, styleOf } from './series.mjs'
import { element, text } from './svg.mjs'

const WIDTH = 410
const HEIGHT = 300
const LEFT = 64
const RIGHT = 16
const TOP = 34
const BOTTOM = 52

const axisX = (scale, label) => [
  ...scale.ticks.flatMap((tick) => {
    const x = scale.at(tick) * WIDTH
    return [
      element('line', { x1: x, x2: x, y1: 0, y2: HEIGHT, class: 'grid' }),
      text(scale.format(tick), { x, y: HEIGHT + 16, 'text-anchor': 'middle' }),
    ]
  }),
  text(label, { x: WIDTH / 2, y: HEIGHT + 38, 'text-anchor': 'middle', class: 'label' }),
]

const axisY = (scale, label) => [
  ...scale.minor.map((n) => {
    const y = (1 - scale.at(n)) * HEIGHT
    return element('line', { x1: 0, x2: WIDTH, y1: y, y2: y, class: 'minor' })
  }),
  ...scale.ticks.flatMap((tick) => {
    const y = (1 - scale.at(tick)) * HEIGHT
    return [
      element('line', { x1: 0, x2: WIDTH, y1: y, y2: y, class: 'grid' }),
      text(scale.format(tick), { x: -8, y: y + 4, 'text-anchor': 'end' }),
    ]
  }),
  text(label, { x: -HEIGHT / 2, y: -48, 'text-anchor': 'middle', transform: 'rotate(-90)', class: 'label' }),
]

const drawPanel = ({ title, x, y, series: all }, styles) => {
  const isPlaced = ([px, ...ys]) => canShow(x, px) && ys.every((v) => canShow(y, v))
  const series = all.map((s) => ({ ...s, points: s.points.filter(isPlaced) }))
  const points = series.flatMap((s) => s.points)
  const scaleX = scaleOf(
    x,
    points.map((p) => p[0]),
  )
  const scaleY = scaleOf(
    y,
    points.flatMap((p) => p.slice(1)),
  )
  const place = ([px, ...ys]) => [scaleX.at(px) * WIDTH, ...ys.map((v) => (1 - scaleY.at(v)) * HEIGHT)]
  return [
    text(title, { x: 0, y: -14, class: 'panel' }),
    ...axisX(scaleX, x.label),
    ...axisY(scaleY, y.label),
    element('rect', { width: WIDTH, height: HEIGHT, class: 'frame' }),
    ...series.map((s) => drawSeries({ ...s, points: s.points.map(place) }, styles.get(s.name))),
  ]
}

const CSS = `text{font:12px system-ui,sans-serif;fill:#222}.title{font-size:16px;font-weight:600}
.panel{font-size:13px;font-weight:600}.label{font-size:12px}.note{font-size:11px;fill:#666}
.grid{stroke:#ddd}.minor{stroke:#f0f0f0}.frame{fill:none;stroke:#888}`.replaceAll('\n', '')

/**
 * One SVG. `panels`: { title, x, y, series }; an axis is { label, scale, from, to, ticks, format }, a series
 * { name, points: [[x, y] or [x, y, low, high]…], color, dash, marker, isPeer }. The same name is the same in all panels.
 * `columns`: panels in a row. `note`: lines below the legend.
 */
export const plot = ({ title, note = [], panels, columns = panels.length }) => {
  const wide = LEFT + WIDTH + RIGHT
  const high = TOP + HEIGHT + BOTTOM
  const width = columns * wide + 16
  const styles = styleOf(panels.flatMap((panel) => panel.series))
  const legend = legendOf(styles, width - 32)
  const top = 44
  const below = top + Math.ceil(panels.length / columns) * high
  const height = below + legend.height + 12 + note.length * 15 + 8
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': title,
    },
    `\n<style>${CSS}</style>`,
    element('rect', { width, height, fill: '#fff' }),
    text(title, { x: 16, y: 28, class: 'title' }),
    ...panels.map((panel, n) => {
      const x = (n % columns) * wide + LEFT + 8
      const y = top + Math.floor(n / columns) * high + TOP
      return element('g', { transform: `translate(${x},${y})` }, ...drawPanel(panel, styles))
    }),
    element('g', { transform: `translate(16,${below})` }, ...legend.parts),
    ...note.map((line, n) => text(line, { x: 16, y: below + legend.height + 18 + n * 15, class: 'note' })),
  )
}
