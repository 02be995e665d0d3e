import type { Items, ItemsEdit, Numbers, NumbersEdit } from './chunks.ts'
import { lowerBound, nothing } from './snapshot.ts'

/** A free number nearer than this is used as it is; where none is, those around are spread anew. */
const nearEnough = 32
/** Free numbers that a stretch has at least once it was spread anew, one in so many. */
const nodesPerGap = 16

/** No number is left near enough: all nodes must be numbered anew. */
export class NoRoomError extends Error {
  override name = 'NoRoomError'
}

/**
 * Numbers of nodes while nodes come and go. They stay in the order of slugs: a node that comes takes a free number, or the nodes
 * between its place and the next free number move by one.
 */
export class NodeNumbers {
  readonly rowOf: NumbersEdit
  readonly slugs: ItemsEdit<string>
  /** By present number: the former one of a node that has moved, -1 of one that is new. */
  readonly #cameFrom = new Map<number, number>()
  readonly #mostMoves: number
  #moves = 0

  constructor(before: { readonly rowOf: Numbers; readonly slugs: Items<string> }) {
    this.rowOf = before.rowOf.edit()
    this.slugs = before.slugs.edit()
    // Beyond it, everything is numbered anew sooner.
    this.#mostMoves = 4096 + before.rowOf.length / 8
  }

  /** Frees a number; its slug stays, so that the node can come back to it. */
  remove(node: number): void {
    this.rowOf.set(node, nothing)
    this.#cameFrom.delete(node)
  }

  /** Gives a node that comes a number. @throws NoRoomError */
  add(slug: string, row: number): void {
    const place = lowerBound(slug, this.slugs)
    const at = this.#makeRoom(place)
    this.#put(at, row, slug, -1)
  }

  /** Nodes that have another number than before, or none before: by present number, the former one or -1. */
  get cameFrom(): ReadonlyMap<number, number> {
    return this.#cameFrom
  }

  /** Where a node with this slug may be put, behind those that are less and before those that are greater. */
  #makeRoom(place: number): number {
    const { length } = this.rowOf
    if (place < length && this.#isFree(place)) return place
    if (place > 0 && this.#isFree(place - 1)) return place - 1
    for (let distance = 1; distance <= nearEnough; distance++) {
      const [left, right] = [place - 1 - distance, place + distance]
      // Behind the last node there is room without end.
      if (right >= length) return this.#shiftRight(place, length)
      if (this.#isFree(right)) return this.#shiftRight(place, right)
      if (left >= 0 && this.#isFree(left)) return this.#shiftLeft(left, place - 1)
    }
    return this.#spread(place)
  }

  #isFree(node: number): boolean {
    return this.rowOf.get(node) === nothing
  }

  /** Moves the nodes from a place to before a free number up by one. */
  #shiftRight(place: number, free: number): number {
    for (let node = free; node > place; node--) this.#move(node - 1, node)
    return place
  }

  /** Moves the nodes behind a free number, up to a place, down by one. */
  #shiftLeft(free: number, place: number): number {
    for (let node = free; node < place; node++) this.#move(node + 1, node)
    return place
  }

  /** Spreads the nodes of a stretch around a place so that the free numbers lie evenly, one of them at the place. */
  #spread(place: number): number {
    const { length } = this.rowOf
    for (let size = nearEnough * 4; ; size *= 2) {
      const from = Math.max(0, place - size / 2)
      const to = Math.min(length, place + size / 2)
      if (from === 0 && to === length) throw new NoRoomError('There are too few free numbers of nodes.')
      const nodes: number[] = []
      for (let node = from; node < to; node++) if (!this.#isFree(node)) nodes.push(node)
      const free = to - from - nodes.length
      if (free < Math.max(4, (to - from) / nodesPerGap)) continue
      return this.#spreadOver(nodes, { from, to, place })
    }
  }

  #spreadOver(
    nodes: readonly number[],
    { from, to, place }: { from: number; to: number; place: number },
  ): number {
    const kept = nodes.map((node) => ({
      row: this.rowOf.get(node),
      slug: this.slugs.get(node),
      cameFrom: this.#cameFrom.get(node) ?? node,
    }))
    const before = nodes.findIndex((node) => node >= place)
    const own = before === -1 ? nodes.length : before
    const numberAt = (index: number) => from + Math.floor((index * (to - from)) / (nodes.length + 1))
    let slug = from > 0 ? this.slugs.get(from - 1) : ''
    let index = 0
    let found = from
    for (let node = from; node < to; node++) {
      const isTaken = index <= nodes.length && numberAt(index) === node
      if (isTaken && index === own) found = node
      if (!isTaken || index === own) {
        // Free until the new node is put there; its slug must not be less than those before.
        this.rowOf.set(node, nothing)
        this.slugs.set(node, slug)
        this.#cameFrom.delete(node)
      } else {
        const one = kept[index < own ? index : index - 1]!
        this.#put(node, one.row, one.slug, one.cameFrom)
        slug = one.slug
      }
      if (isTaken) index++
    }
    return found
  }

  #move(from: number, to: number): void {
    this.#put(to, this.rowOf.get(from), this.slugs.get(from), this.#cameFrom.get(from) ?? from)
    this.rowOf.set(from, nothing)
    this.#cameFrom.delete(from)
  }

  #put(node: number, row: number, slug: string, cameFrom: number): void {
    if (++this.#moves > this.#mostMoves) throw new NoRoomError('Too many nodes would move.')
    this.rowOf.set(node, row)
    this.slugs.set(node, slug)
    if (cameFrom === node) this.#cameFrom.delete(node)
    else this.#cameFrom.set(node, cameFrom)
  }
}
