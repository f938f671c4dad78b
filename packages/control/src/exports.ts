import { ACCEPTED, type Edge, type Request, type Vertex } from '@netstreamline/core'

/** Name of the ring behind an exported vertex: `tcp`, `tcp-2`, or the name it was given. */
export const exportName = ({ name }: Vertex): string =>
  name
    .replace(/#1$/, '')
    .replace('#', '-')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 63)

/** Puts a ring that other processes can read behind every vertex with `export`. */
export const withExports = (request: Request): Request => {
  if (!request.vertices.some((vertex) => vertex.export)) return request
  const vertices = [...request.vertices]
  const edges: Edge[] = [...request.edges]
  request.vertices.forEach((vertex, from) => {
    if (!vertex.export) return
    const { export: _, ...plain } = vertex
    vertices[from] = plain
    edges.push({ from, to: vertices.length, accept: ACCEPTED })
    vertices.push({
      name: `${vertex.name}.export`,
      function: 'ring',
      options: { path: exportName(vertex) },
      ...(vertex.span === undefined ? {} : { span: vertex.span }),
    })
  })
  return { ...request, vertices, edges }
}
