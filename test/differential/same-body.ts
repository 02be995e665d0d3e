interface Body {
  readonly data?: unknown
  readonly errors?: readonly { readonly path?: readonly (string | number)[] }[]
}

/**
 * Whether two answers are the same, byte for byte. Where several fields failed, graphql-js lists their errors in the order in which
 * they happened to fail, and of several that empty the same place it may tell any: then each place must have an error in common
 * but for the numbers of list items, and nothing else may differ.
 */
export function isSameBody(left: string, right: string): boolean {
  if (left === right) return true
  if (!left.includes('"errors":') || !right.includes('"errors":')) return false
  const [a, b] = [JSON.parse(left) as Body, JSON.parse(right) as Body]
  if (JSON.stringify(a.data) !== JSON.stringify(b.data)) return false
  const [ours, theirs] = [byPlace(a), byPlace(b)]
  return (
    ours.size === theirs.size &&
    [...ours].every(([place, errors]) => [...errors].some((error) => theirs.get(place)?.has(error)))
  )
}

/** The paths of the fields that failed, by the names in the answer. */
export function failedPaths(body: string): string[][] {
  const { errors = [] } = JSON.parse(body) as Body
  return errors.map(({ path = [] }) => path.filter((step) => typeof step === 'string'))
}

function byPlace({ data, errors = [] }: Body): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>()
  for (const error of errors) {
    const place = placeOf(data, error.path ?? [])
    const path = error.path?.map((step) => (typeof step === 'number' ? 0 : step))
    const known = places.get(place) ?? new Set()
    places.set(place, known.add(JSON.stringify({ ...error, path })))
  }
  return places
}

/** The place that an error empties: the first null on the way to its field. */
function placeOf(data: unknown, path: readonly (string | number)[]): string {
  let value = data
  for (const [at, step] of path.entries()) {
    if (value == null) return path.slice(0, at).join('/')
    value = (value as Record<string | number, unknown>)[step]
  }
  return path.join('/')
}
