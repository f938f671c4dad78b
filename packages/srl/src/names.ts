import { childrenOf, type Expression, type Node, type Reference } from './ast.js'
import { fail } from './fail.js'
import { isTag } from './node.js'

/** Which vertex each mention means. */
export interface Names {
  /** The node that defines the vertex; a definition means itself. */
  definition(mention: Node | Reference): Node
  /** Readings that the user may not expect. */
  readonly warnings: readonly string[]
}

/** All nodes and references in text order. Nesting is bounded before (256), so recursion is. */
const mentions = (e: Expression, into: (Node | Reference)[] = []): (Node | Reference)[] => {
  if (e.kind === 'node' || e.kind === 'reference') into.push(e)
  else for (const child of childrenOf(e)) mentions(child, into)
  return into
}

/** Does the node only say which vertex it means? So it does when it has no option but `name`. */
const saysNothing = (n: Node) => n.options.length === 0 && n.space === undefined && n.export === undefined

/**
 * Resolves names over the whole request: `(t)` means the vertex named t wherever that is defined, before or after.
 * `(f,name="f#2")`, the name of an anonymous vertex, defines at its first mention and refers at later ones: so every
 * graph can be written, also where anonymous vertices are met more than once.
 * @throws SL_SRL_NAME two vertices of one name; a reference to none
 */
export const resolveNames = (root: Expression, text: string | undefined): Names => {
  const all = mentions(root)
  const named = new Map<string, Node>()
  const target = new Map<Node | Reference, Node>()
  const functions = new Set<string>()
  for (const m of all) {
    if (m.kind === 'reference' || m.name === undefined) continue
    const first = named.get(m.name)
    if (first === undefined) named.set(m.name, m)
    else if (first === m) continue
    else if (isTag(m.name, m.function) && saysNothing(m)) target.set(m, first)
    else
      throw fail('SL_SRL_NAME', `two vertices are named ${m.name}`, {
        text,
        at: m.nameSpan ?? m.span,
        hint: `To refer to the first one write (${m.name}); else choose another name.`,
      })
  }
  const warnings: string[] = []
  for (const m of all) {
    if (m.kind === 'node' && !(m.bare && named.has(m.function)) && !target.has(m)) functions.add(m.function)
    if (m.kind === 'reference' && !named.has(m.name))
      throw fail('SL_SRL_NAME', `no vertex is named ${m.name}`, {
        hint: `Give one the name: fe(…, {}, { name: '${m.name}' }).`,
      })
    const meant = m.kind === 'reference' ? named.get(m.name) : m.bare ? named.get(m.function) : undefined
    if (meant !== undefined) target.set(m, meant)
  }
  const warned = new Set<string>()
  for (const m of all) {
    if (m.kind === 'reference' || !named.has(m.function) || !functions.has(m.function)) continue
    const name = m.function
    if (!m.bare || warned.has(name)) continue
    warned.add(name)
    warnings.push(
      `(${name}) means the vertex named ${name}, not the function ${name}; rename the vertex if you mean the function`,
    )
  }
  return { definition: (m) => target.get(m) ?? (m as Node), warnings }
}
