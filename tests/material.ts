import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reference captures and answers beside the repository; undefined (and said so) where they are not. */
export interface Expected {
  readonly io: {
    readonly packets: number
    readonly caplen_sum: number
    readonly read_error?: string
    readonly open_error?: string
  }
  readonly filters?: Readonly<Record<string, number | { readonly error: string }>>
  readonly tcp?: readonly {
    readonly stream: number
    readonly client_to_server: { readonly bytes: number; readonly sha256: string }
    readonly server_to_client: { readonly bytes: number; readonly sha256: string }
  }[]
}

const root = join(import.meta.dirname, '..', '..', 'shared', 'material')

export const material = (): readonly (readonly [string, Expected])[] | undefined => {
  const path = join(root, 'expected.json')
  if (!existsSync(path)) {
    console.warn('reference captures are not at ../shared/material: tests against them are skipped')
    return undefined
  }
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as { files: Record<string, Expected> }
  return Object.entries(files).map(([name, expected]) => [join(root, name), expected] as const)
}
