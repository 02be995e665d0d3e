type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array
export type TypedArrayType = new (length: number) => TypedArray

/** Columns of a table by name: a typed array each, and how many of its elements a row has. */
export type ColumnTypes = Readonly<Record<string, readonly [type: TypedArrayType, perRow: number]>>

export type ColumnsOf<Types extends ColumnTypes> = {
  readonly [Name in keyof Types]: InstanceType<Types[Name][0]>
}

/**
 * Columns with room for at least so many rows, holding what the given ones hold. Rows are only added, never changed, so
 * whoever has the former arrays goes on reading them.
 */
export function growColumns<Types extends ColumnTypes>(
  types: Types,
  columns: ColumnsOf<Types> | null,
  rows: number,
): ColumnsOf<Types> {
  const grown: Record<string, TypedArray> = {}
  // The same number of rows in each, however many elements a row has.
  const room = columns === null ? rows : rows + Math.ceil(rows / 8) + 64
  for (const [name, [Type, perRow]] of Object.entries(types)) {
    const former = columns?.[name]
    if (former !== undefined && former.length >= rows * perRow) {
      grown[name] = former
      continue
    }
    const array = new Type(room * perRow)
    if (former !== undefined) array.set(former)
    grown[name] = array
  }
  return grown as ColumnsOf<Types>
}

export function bytesOf(columns: Readonly<Record<string, TypedArray>>): number {
  return Object.values(columns).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** Bytes within others: a view of their own costs more than they do. */
export interface BytesAt {
  readonly bytes: Uint8Array
  readonly at: number
}

export function copyBytes({ bytes, at }: BytesAt, to: Uint8Array, place: number, count: number): void {
  for (let index = 0; index < count; index++) to[place + index] = bytes[at + index]!
}
