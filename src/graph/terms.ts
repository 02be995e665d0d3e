import type { Address, TextHeap } from './text-heap.ts'

export interface KindTerm {
  readonly key: string
  readonly label: string
  readonly description: string | null
  readonly iri: string | null
  readonly attributeSchema: unknown
}
export interface RelationTerm {
  readonly key: string
  readonly label: string
  readonly inverseLabel: string | null
  readonly description: string | null
  readonly isSymmetric: boolean
  readonly iri: string | null
  readonly sourceKinds: readonly string[]
  readonly targetKinds: readonly string[]
}
export interface DomainTerm {
  readonly key: string
  readonly label: string
  readonly color: string | null
  readonly position: number
}

/** A few named things, numbered in the order of their keys. */
export interface TermList<Term> {
  readonly all: readonly Term[]
  /** Address of each key as a JSON string. */
  readonly texts: readonly Address[]
  find(key: string): number | undefined
}

/** The vocabulary of a graph. A change of it begins a new lineage, so numbers are good for a lineage's whole life. */
export interface Terms {
  readonly kinds: TermList<KindTerm>
  readonly relations: TermList<RelationTerm>
  readonly domains: TermList<DomainTerm>
  /** By number of the relation. */
  readonly isSymmetric: Uint8Array
}

export function createTerms(
  heap: TextHeap,
  kinds: readonly KindTerm[],
  relations: readonly RelationTerm[],
  domains: readonly DomainTerm[],
): Terms {
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
  return { all, texts, find: (key) => numbers.get(key) }
}
