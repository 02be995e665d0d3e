import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * Counts the field pairs that share a place and a name in the response. Validation compares each pair (GraphQL, section 5.3.2),
 * so this is its cost. Fragments count where they are spread.
 * @param document with a bounded number of expanded fields
 * @param most stop counting beyond this
 */
export function countFieldPairs(document: DocumentNode, most: number): number {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  let pairs = 0

  /** Fields of one place by name; a fragment spread several times counts once. */
  function collect(sets: readonly SelectionSetNode[]): Map<string, Set<FieldNode>> {
    const fields = new Map<string, Set<FieldNode>>()
    const spread = new Set<string>()
    const waiting = [...sets]
    for (let set = waiting.pop(); set !== undefined; set = waiting.pop())
      for (const node of set.selections) {
        if (node.kind === Kind.FIELD) {
          const name = (node.alias ?? node.name).value
          const found = fields.get(name)
          if (found === undefined) fields.set(name, new Set([node]))
          else found.add(node)
        } else if (node.kind === Kind.INLINE_FRAGMENT) waiting.push(node.selectionSet)
        else if (!spread.has(node.name.value)) {
          spread.add(node.name.value)
          const fragment = fragments.get(node.name.value)
          if (fragment !== undefined) waiting.push(fragment.selectionSet)
        }
      }
    return fields
  }

  function visit(sets: readonly SelectionSetNode[]): void {
    for (const fields of collect(sets).values()) {
      pairs += (fields.size * (fields.size - 1)) / 2
      if (pairs > most) return
      const below = [...fields].flatMap(({ selectionSet }) => selectionSet ?? [])
      if (below.length > 0) visit(below)
    }
  }

  for (const node of document.definitions)
    if (node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION)
      visit([node.selectionSet])
  return pairs
}
