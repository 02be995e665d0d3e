import type { DomainContent, KindContent, RelationContent } from '../../domain/graph/graph-content.ts'
import { KeyIndex } from './key-index.ts'
import type { Address, TextHeap } from './text-heap.ts'

/** Named terms, numbered in key order. */
export interface TermList<Term> {
  readonly all: readonly Term[]
  readonly texts: readonly Address[]
  find(key: string): number | undefined
  /** The number of the key between `start` and `end`, or -1. */
  findBytes(bytes: Uint8Array, start: number, end: number): number
}

/** A graph's vocabulary. Changing it starts a new lineage, so numbers never change within one. */
export interface Vocabulary {
  readonly kinds: TermList<KindContent>
  readonly relations: TermList<RelationContent>
  readonly domains: TermList<DomainContent>
  readonly isSymmetric: Uint8Array
}

export function createVocabulary(
  heap: TextHeap,
  kinds: readonly KindContent[],
  relations: readonly RelationContent[],
  domains: readonly DomainContent[],
): Vocabulary {
  const relationTerms = termList(heap, relations)
  return {
    kinds: termList(heap, kinds),
    relations: relationTerms,
    domains: termList(heap, domains),
    isSymmetric: Uint8Array.from(relationTerms.all, ({ isSymmetric }) => (isSymmetric ? 1 : 0)),
  }
}

function termList<Term extends { readonly key: string }>(
  heap: TextHeap,
  terms: readonly Term[],
): TermList<Term> {
  const all = terms.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const numbers = new Map(all.map(({ key }, number) => [key, number]))
  const texts = all.map(({ key }) => heap.addJson(Buffer.from(JSON.stringify(key))))
  const index = new KeyIndex(all.map(({ key }) => key))
  return {
    all,
    texts,
    find: (key) => numbers.get(key),
    findBytes: (bytes, start, end) => index.find(bytes, start, end),
  }
}
