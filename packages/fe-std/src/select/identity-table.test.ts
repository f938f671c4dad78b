import fc from 'fast-check'
import { expect, it } from 'vitest'
import { IdentityTable } from './identity-table.js'

it('remembers exactly the last identities', () => {
  const CAPACITY = 8
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: -2, max: 3 }),
          fc.oneof(fc.nat(12), fc.integer({ min: -9, max: -1 }), fc.maxSafeNat()),
        ),
        { maxLength: 300 },
      ),
      (identities) => {
        const table = new IdentityTable(CAPACITY)
        const model: string[] = []
        let evicted = 0
        const slots = new Map<string, number>()
        for (const [ring, position] of identities) {
          const name = `${ring}/${position}`
          const found = table.find(ring, position)
          expect(found >= 0).toBe(model.includes(name))
          if (found >= 0) expect(found).toBe(slots.get(name))
          else {
            slots.set(name, table.add(ring, position))
            model.push(name)
            if (model.length > CAPACITY) {
              model.shift()
              evicted++
            }
          }
          expect(table.evicted).toBe(evicted)
        }
      },
    ),
    { numRuns: 500 },
  )
})
