/** The fields that a request wants; readers may fill more. Equal sets share a key, and so statements and batches. */
export interface FieldSet<Name extends string> {
  readonly key: string
  readonly names: ReadonlySet<Name>
}

export function createFieldSet<Name extends string>(names: Iterable<Name>): FieldSet<Name> {
  const sorted = [...new Set(names)].sort()
  return { key: sorted.join(','), names: new Set(sorted) }
}
