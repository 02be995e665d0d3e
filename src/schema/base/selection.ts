import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

type Fragments = GraphQLResolveInfo['fragments']

/**
 * What a client selected under a field, with aliases, fragments and type conditions resolved. It may include too much (skipped
 * fields), never too little.
 */
export class Selection {
  readonly #sets: readonly SelectionSetNode[]
  readonly #fragments: Fragments
  #fields: Map<string, FieldNode[]> | undefined
  readonly #children = new Map<string, Selection>()

  constructor(sets: readonly SelectionSetNode[], fragments: Fragments) {
    this.#sets = sets
    this.#fragments = fragments
  }

  has(field: string): boolean {
    return this.#byName().has(field)
  }

  hasAny(...fields: readonly string[]): boolean {
    return fields.some((field) => this.has(field))
  }

  /** Empty if the field is not selected. */
  of(field: string): Selection {
    let child = this.#children.get(field)
    if (!child) {
      const nodes = this.#byName().get(field) ?? []
      child = new Selection(
        nodes.flatMap((node) => node.selectionSet ?? []),
        this.#fragments,
      )
      this.#children.set(field, child)
    }
    return child
  }

  and(other: Selection): Selection {
    return new Selection([...this.#sets, ...other.#sets], this.#fragments)
  }

  #byName(): Map<string, FieldNode[]> {
    if (this.#fields) return this.#fields
    const fields = new Map<string, FieldNode[]>()
    const collect = (set: SelectionSetNode) => {
      for (const node of set.selections) {
        if (node.kind === Kind.FIELD) {
          const name = node.name.value
          const same = fields.get(name)
          if (same) same.push(node)
          else fields.set(name, [node])
        } else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet)
        else {
          const fragment = this.#fragments[node.name.value]
          if (fragment) collect(fragment.selectionSet)
        }
      }
    }
    this.#sets.forEach(collect)
    return (this.#fields = fields)
  }
}

// Documents are cached, so repeated operations share their nodes.
const selections = new WeakMap<FieldNode, Selection>()

export function selectionOf(info: GraphQLResolveInfo): Selection {
  const [node] = info.fieldNodes
  if (info.fieldNodes.length > 1 || !node)
    return new Selection(
      info.fieldNodes.flatMap((each) => each.selectionSet ?? []),
      info.fragments,
    )
  let selection = selections.get(node)
  if (!selection) {
    selection = new Selection(node.selectionSet ? [node.selectionSet] : [], info.fragments)
    selections.set(node, selection)
  }
  return selection
}

/** Computed once per selection and cached with the document. */
export function perSelection<Result>(
  compute: (selection: Selection) => Result,
): (selection: Selection) => Result {
  const results = new WeakMap<Selection, Result>()
  return (selection) => {
    let result = results.get(selection)
    if (result === undefined) {
      result = compute(selection)
      results.set(selection, result)
    }
    return result
  }
}
