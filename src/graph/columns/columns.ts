import type { Work } from '../in-turns.ts'

type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array
export interface TypedArrayType {
  new (memory: SharedArrayBuffer): TypedArray
  readonly BYTES_PER_ELEMENT: number
}

/** Columns by name: the typed array, and its elements per row. */
export type ColumnTypes = Readonly<Record<string, readonly [type: TypedArrayType, perRow: number]>>

export type ColumnsOf<Types extends ColumnTypes> = {
  readonly [Name in keyof Types]: InstanceType<Types[Name][0]>
}

/** Bytes copied without yielding. */
const bytesPerTurn = 1 << 20

/**
 * Grows columns to hold at least the given rows. Rows are only appended, so the former arrays stay valid, and
 * threads may share the memory. Unwritten space takes no physical memory, so growth is generous.
 */
export function* growColumns<Types extends ColumnTypes>(
  types: Types,
  columns: ColumnsOf<Types> | null,
  rows: number,
): Work<ColumnsOf<Types>> {
  const grown: Record<string, TypedArray> = {}
  // The same row capacity in each column.
  const room = rows + Math.ceil(rows / 2) + 64
  for (const [name, [Type, perRow]] of Object.entries(types)) {
    const former = columns?.[name]
    if (former !== undefined && former.length >= rows * perRow) {
      grown[name] = former
      continue
    }
    const array = new Type(new SharedArrayBuffer(room * perRow * Type.BYTES_PER_ELEMENT))
    const step = bytesPerTurn / Type.BYTES_PER_ELEMENT
    for (let at = 0; former !== undefined && at < former.length; at += step) {
      array.set(former.subarray(at, at + step), at)
      yield
    }
    grown[name] = array
  }
  return grown as ColumnsOf<Types>
}

export function bytesOfRows(types: ColumnTypes, rows: number): number {
  const perRow = Object.values(types).map(([Type, count]) => Type.BYTES_PER_ELEMENT * count)
  return rows * perRow.reduce((sum, bytes) => sum + bytes, 0)
}

/** A position in bytes: cheaper than a view. */
export interface BytesAt {
  readonly bytes: Uint8Array
  readonly at: number
}

export function copyBytes({ bytes, at }: BytesAt, to: Uint8Array, place: number, count: number): void {
  for (let index = 0; index < count; index++) to[place + index] = bytes[at + index]!
}
