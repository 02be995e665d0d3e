import type { EdgeTable } from './columns/edge-table.ts'
import type { EntityTable } from './columns/entity-table.ts'
import type { Work } from './in-turns.ts'
import type { TextHeap } from './columns/text-heap.ts'
import type { Address } from './columns/text-heap.ts'
import type { Vocabulary } from './columns/vocabulary.ts'

export class Lineage {
  readonly heap: TextHeap
  readonly entities: EntityTable
  readonly edges: EdgeTable
  readonly terms: Vocabulary
  readonly tags: TagNames

  constructor(terms: Vocabulary, heap: TextHeap, entities: EntityTable, edges: EdgeTable) {
    this.terms = terms
    this.heap = heap
    this.entities = entities
    this.edges = edges
    this.tags = new TagNames(heap)
  }

  *reserve(more: number): Work<void> {
    yield* this.entities.reserve(more)
    yield* this.edges.reserve(more)
  }

  get byteSize(): number {
    return this.heap.byteSize + this.entities.byteSize + this.edges.byteSize
  }
}

export class TagNames {
  readonly names: string[] = []
  readonly texts: Address[] = []
  readonly #numbers = new Map<string, number>()
  readonly #heap: TextHeap

  constructor(heap: TextHeap) {
    this.#heap = heap
  }

  numberOf(tag: string): number {
    let number = this.#numbers.get(tag)
    if (number === undefined) {
      number = this.names.length
      this.names.push(tag)
      this.texts.push(this.#heap.addJson(Buffer.from(JSON.stringify(tag))))
      this.#numbers.set(tag, number)
    }
    return number
  }

  find(tag: string): number | undefined {
    return this.#numbers.get(tag)
  }
}
