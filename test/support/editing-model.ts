import fc from 'fast-check'

/** What one editor does. `late` is how many revisions ago they last read what they change. */
export type Edit =
  | { readonly do: 'create'; readonly slug: string; readonly title: string }
  | { readonly do: 'update'; readonly slug: string; readonly title: string; readonly late: number }
  | {
      readonly do: 'tag'
      readonly slug: string
      readonly add: readonly string[]
      readonly remove: readonly string[]
    }
  | { readonly do: 'restore'; readonly slug: string; readonly revision: number; readonly late: number }
  | { readonly do: 'delete'; readonly slug: string; readonly cascade: boolean; readonly late: number }
  | { readonly do: 'merge'; readonly slug: string; readonly from: string }
  | { readonly do: 'join'; readonly slug: string; readonly to: string }
  | { readonly do: 'part'; readonly slug: string; readonly to: string }

const slug = fc.constantFrom('a', 'b', 'c', 'd')
const title = fc.constantFrom('One', 'Two', 'Three')
const tag = fc.constantFrom('red', 'green')
const late = fc.constantFrom(0, 0, 0, 1, 2)

export const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), slug, title }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('update' as const), slug, title, late }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('tag' as const),
      slug,
      add: fc.tuple(tag),
      remove: fc.constant([]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('tag' as const),
      slug,
      add: fc.constant([]),
      remove: fc.tuple(tag),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      slug,
      revision: fc.integer({ min: 1, max: 4 }),
      late,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete' as const), slug, cascade: fc.boolean(), late }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), slug, from: slug }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), slug, to: slug }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('part' as const), slug, to: slug }) },
)

interface State {
  readonly revision: number
  readonly title: string
  readonly tags: readonly string[]
}

/** What an edit comes to: done, or the code of the error. */
export type Outcome = 'DONE' | 'NOT_FOUND' | 'DUPLICATE' | 'CONFLICT' | 'IN_USE' | 'INVALID'

/** The graph as a plain object: what the real one must agree with. */
export class EditingModel {
  /** All states of each entity that is there, the first first. */
  readonly entities = new Map<string, State[]>()
  /** `source|target`. */
  readonly edges = new Set<string>()

  /** The revision that an editor names who has read it that many revisions ago. */
  expected(slug: string, late: number): number {
    return (this.entities.get(slug)?.at(-1)?.revision ?? 1) - late
  }

  apply(edit: Edit): Outcome {
    const states = this.entities.get(edit.slug)
    if (edit.do === 'create') {
      if (states) return 'DUPLICATE'
      this.entities.set(edit.slug, [{ revision: 1, title: edit.title, tags: [] }])
      return 'DONE'
    }
    const other = edit.do === 'merge' ? edit.from : edit.do === 'join' ? edit.to : undefined
    if (edit.do === 'part') return this.edges.delete(`${edit.slug}|${edit.to}`) ? 'DONE' : 'NOT_FOUND'
    if (!states || (other !== undefined && !this.entities.has(other))) return 'NOT_FOUND'
    if ('late' in edit && edit.late > 0) return 'CONFLICT'
    const current = states.at(-1)!
    switch (edit.do) {
      case 'update':
        return this.#write(edit.slug, { title: edit.title, tags: current.tags })
      case 'tag': {
        const tags = new Set([...current.tags, ...edit.add])
        for (const gone of edit.remove) tags.delete(gone)
        return this.#write(edit.slug, { title: current.title, tags: [...tags] })
      }
      case 'restore': {
        const former = states.find(({ revision }) => revision === edit.revision)
        return former ? this.#write(edit.slug, former) : 'INVALID'
      }
      case 'delete': {
        const own = this.#edgesOf(edit.slug)
        if (own.length > 0 && !edit.cascade) return 'IN_USE'
        for (const edge of own) this.edges.delete(edge)
        this.entities.delete(edit.slug)
        return 'DONE'
      }
      case 'merge':
        return this.#merge(edit.slug, edit.from)
      case 'join': {
        const edge = `${edit.slug}|${edit.to}`
        if (this.edges.has(edge)) return 'DUPLICATE'
        this.edges.add(edge)
        return 'DONE'
      }
    }
  }

  #edgesOf(slug: string): string[] {
    return [...this.edges].filter((edge) => edge.split('|').includes(slug))
  }

  #write(slug: string, { title: next, tags }: Omit<State, 'revision'>): Outcome {
    const states = this.entities.get(slug)!
    const { revision, ...current } = states.at(-1)!
    const after = { title: next, tags: [...tags].sort() }
    if (JSON.stringify(current) !== JSON.stringify(after)) states.push({ revision: revision + 1, ...after })
    return 'DONE'
  }

  #merge(slug: string, from: string): Outcome {
    if (slug === from) return 'INVALID'
    for (const edge of this.#edgesOf(from)) {
      this.edges.delete(edge)
      const [source, target] = edge.split('|').map((end) => (end === from ? slug : end))
      if (source !== target || edge === `${from}|${from}`) this.edges.add(`${source!}|${target!}`)
    }
    const { title: kept, tags } = this.entities.get(slug)!.at(-1)!
    const others = this.entities.get(from)!.at(-1)!.tags
    this.entities.delete(from)
    return this.#write(slug, { title: kept, tags: [...new Set([...tags, ...others])] })
  }
}
