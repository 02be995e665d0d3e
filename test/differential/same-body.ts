interface Body {
  readonly data?: unknown
  readonly errors?: readonly { readonly path?: readonly (string | number)[] }[]
}

/**
 * Compares responses byte for byte. If several fields failed, the order of errors, and which one represents a null, may differ:
 * each null must share an error, ignoring list indexes, and nothing else may differ.
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

/** Response paths of failed fields. */
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

/** Where an error nulls the data: the first null on its path. */
function placeOf(data: unknown, path: readonly (string | number)[]): string {
  let value = data
  for (const [at, step] of path.entries()) {
    if (value == null) return path.slice(0, at).join('/')
    value = (value as Record<string | number, unknown>)[step]
  }
  return path.join('/')
}
