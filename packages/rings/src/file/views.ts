/** Most views that are kept, about 1 MB of them. */
const MOST = 8192

/**
 * Views of places in the arena. Making one costs more than all the rest of a `peek`; but a reader comes by the same
 * places in every lap of a ring whose blocks are of the same sizes. So the views of the last lap are kept in their
 * order, and given again where place and length are the same: a view has nothing else that could differ.
 */
export class Views {
  private readonly heap: Uint8Array
  private readonly known: Uint8Array[] = []
  private readonly places: number[] = []
  private readonly lengths: number[] = []
  private next = 0
  private last = 0

  constructor(heap: Uint8Array) {
    this.heap = heap
  }

  get(at: number, length: number): Uint8Array {
    if (at <= this.last) this.next = 0
    this.last = at
    const { next } = this
    if (this.places[next] === at && this.lengths[next] === length) {
      this.next = next + 1
      return this.known[next]!
    }
    return this.make(at, length)
  }

  private make(at: number, length: number): Uint8Array {
    const view = this.heap.subarray(at, at + length)
    const { next } = this
    if (next === MOST) return view
    this.known[next] = view
    this.places[next] = at
    this.lengths[next] = length
    this.next = next + 1
    return view
  }
}
