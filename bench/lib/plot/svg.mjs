// Elements of SVG as text.

const escaped = (value) =>
  String(value).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])

const short = (value) => (typeof value === 'number' ? Number(value.toFixed(1)) : value)

const attributesOf = (attributes) =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(short(value))}"`)
    .join('')

/** An element with others in it, each on a line of its own. */
export const element = (name, attributes, ...children) =>
  children.length === 0
    ? `\n<${name}${attributesOf(attributes)}/>`
    : `\n<${name}${attributesOf(attributes)}>${children.join('')}\n</${name}>`

export const text = (content, attributes) => `\n<text${attributesOf(attributes)}>${escaped(content)}</text>`
