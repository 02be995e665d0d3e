/**
 * Which fields of a record a request wants. A reader must fill these and may fill more. `key` names the set, so that
 * equal wishes share one statement and one batch.
 */
export interface FieldSet<Name extends string> {
  readonly key: string
  readonly names: ReadonlySet<Name>
}

/** A field set of the given names, whatever their order. */
export function createFieldSet<Name extends string>(names: Iterable<Name>): FieldSet<Name> {
  const sorted = [...new Set(names)].sort()
  return { key: sorted.join(','), names: new Set(sorted) }
}
