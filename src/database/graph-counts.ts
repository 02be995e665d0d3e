/** What a bulk write did to one table. */
export interface TableCount {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
}

/** By table name. */
export type GraphCounts = Record<string, TableCount>

export const noCount: TableCount = { inserted: 0, updated: 0, deleted: 0, unchanged: 0 }

/** True if not one row was written. */
export function isUnchanged(counts: GraphCounts): boolean {
  return Object.values(counts).every(({ inserted, updated, deleted }) => inserted + updated + deleted === 0)
}
