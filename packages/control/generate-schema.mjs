// Writes src/manifest-schema.ts from core's manifest.schema.json: a module, because Node 20 warns about JSON imports
// and not every bundler takes them. A test holds the two together.
import { readFileSync, writeFileSync } from 'node:fs'

const schema = JSON.parse(readFileSync(new URL('../core/manifest.schema.json', import.meta.url), 'utf8'))
const text = `import type { Schema } from '@cfworker/json-schema'

/** Core's \`manifest.schema.json\`; written by \`generate-schema.mjs\`. */
export const manifestSchema: Schema = ${JSON.stringify(schema, null, 2)}
`
writeFileSync(new URL('src/manifest-schema.ts', import.meta.url), text)
