import type { Items, ItemsEdit, Numbers, NumbersEdit } from './chunks.ts'
import type { Work } from '../in-turns.ts'
import { lowerBound, nothing } from '../snapshot.ts'

/** A free number nearer than this is used; otherwise the surrounding nodes are spread. */
const nearEnough = 32
/** A stretch is spread only if at least one in this many numbers is free. */
const numbersPerGap = 16

/** Too few free numbers: all nodes must be renumbered. */
export class NoRoomError extends Error {
  override name = 'NoRoomError'
}

interface NodeRow {
  readonly slug: string
  readonly row: number
}

/** Node numbers in slug order: a new node takes a free number, or some neighbors move. */
export class NodeNumbers {
  readonly rowOf: NumbersEdit
  readonly slugs: ItemsEdit<string>
  /** By present number: a moved node's former one, -1 for a new node. */
  readonly #cameFrom = new Map<number, number>()

  constructor(before: { readonly rowOf: Numbers; readonly slugs: Items<string> }) {
    this.rowOf = before.rowOf.edit()
    this.slugs = before.slugs.edit()
  }

  /** Moved and new nodes: by present number, the former one or -1. */
  get cameFrom(): ReadonlyMap<number, number> {
    return this.#cameFrom
  }

  /** Frees a number; its slug stays, so that the node can return. */
  remove(node: number): void {
    this.rowOf.set(node, nothing)
    this.#cameFrom.delete(node)
  }

  /** Numbers new nodes, given in slug order. Throws NoRoomError. */
  *add(nodes: readonly NodeRow[]): Work<void> {
    for (let at = 0; at < nodes.length;) {
      const place = lowerBound(nodes[at]!.slug, this.slugs)
      const next = place < this.slugs.length ? this.slugs.get(place) : null
      const first = at++
      // Nodes for the same place are inserted together; one with the place's own slug is inserted alone.
      if (next !== nodes[first]!.slug)
        while (at < nodes.length && (next === null || nodes[at]!.slug < next)) at++
      this.#addAt(place, nodes.slice(first, at))
      yield
    }
  }

  #addAt(place: number, nodes: readonly NodeRow[]): void {
    const { length } = this.rowOf
    if (place < length && this.slugs.get(place) === nodes[0]!.slug) return this.#put(place, nodes[0]!, -1)
    let [from, to] = [place, place]
    const most = nodes.length * 4 + nearEnough
    while (from > 0 && place - from < most && this.#isFree(from - 1)) from--
    while (to < length && to - place < most && this.#isFree(to)) to++
    // Unlimited room after the last node.
    if (to === length) to = Math.max(to, from + nodes.length + (nodes.length >> 2))
    if (to - from >= nodes.length) return this.#spread([], nodes, { from, to, own: 0 })
    if (nodes.length === 1 && this.#shift(place, nodes[0]!)) return
    return this.#spreadAround(place, nodes)
  }

  #isFree(node: number): boolean {
    return this.rowOf.get(node) === nothing
  }

  /** Shifts the nodes between a place and a nearby free number by one. */
  #shift(place: number, node: NodeRow): boolean {
    const { length } = this.rowOf
    for (let distance = 1; distance <= nearEnough; distance++) {
      const [left, right] = [place - 1 - distance, place + distance]
      if (right === length || (right < length && this.#isFree(right))) {
        for (let to = right; to > place; to--) this.#move(to - 1, to)
        this.#put(place, node, -1)
        return true
      }
      if (left >= 0 && this.#isFree(left)) {
        for (let to = left; to < place - 1; to++) this.#move(to + 1, to)
        this.#put(place - 1, node, -1)
        return true
      }
    }
    return false
  }

  /** Spreads the nodes around a place, with those added there, so that free numbers lie evenly. */
  #spreadAround(place: number, added: readonly NodeRow[]): void {
    const { length } = this.rowOf
    for (let size = nearEnough * 4; ; size *= 2) {
      const from = Math.max(0, place - size / 2)
      const to = Math.min(length, place + size / 2)
      const nodes: number[] = []
      for (let node = from; node < to; node++) if (!this.#isFree(node)) nodes.push(node)
      const free = to - from - nodes.length - added.length
      if (free >= Math.max(4, (to - from) / numbersPerGap)) {
        const behind = nodes.findIndex((node) => node >= place)
        return this.#spread(nodes, added, { from, to, own: behind === -1 ? nodes.length : behind })
      }
      // Beyond an eighth of all nodes, renumbering everything costs less.
      if (size > Math.max(4096, length / 8)) throw new NoRoomError('There are too few free numbers of nodes.')
    }
  }

  /** @param own how many of the nodes come before the added ones */
  #spread(
    nodes: readonly number[],
    added: readonly NodeRow[],
    { from, to, own }: { readonly from: number; readonly to: number; readonly own: number },
  ): void {
    const kept = nodes.map((node) => ({ ...this.#rowAt(node), cameFrom: this.#cameFrom.get(node) ?? node }))
    const all = [
      ...kept.slice(0, own),
      ...added.map((node) => ({ ...node, cameFrom: -1 })),
      ...kept.slice(own),
    ]
    let slug = from > 0 ? this.slugs.get(from - 1) : ''
    for (let node = from, index = 0; node < to; node++) {
      if (index < all.length && from + Math.floor(((index + 0.5) * (to - from)) / all.length) === node) {
        const one = all[index++]!
        this.#put(node, one, one.cameFrom)
        slug = one.slug
      } else {
        this.rowOf.set(node, nothing)
        // The previous node's slug: it keeps the order and is never found.
        this.slugs.set(node, slug)
        this.#cameFrom.delete(node)
      }
    }
  }

  #rowAt(node: number): NodeRow {
    return { row: this.rowOf.get(node), slug: this.slugs.get(node) }
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#rowAt(from), this.#cameFrom.get(from) ?? from)
  }

  #put(node: number, { row, slug }: NodeRow, cameFrom: number): void {
    this.rowOf.set(node, row)
    this.slugs.set(node, slug)
    if (cameFrom === node) this.#cameFrom.delete(node)
    else this.#cameFrom.set(node, cameFrom)
  }
}
