export interface TableCount {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
}

export type GraphCounts = Record<string, TableCount>

export const noCount: TableCount = { inserted: 0, updated: 0, deleted: 0, unchanged: 0 }

export function isUnchanged(counts: GraphCounts): boolean {
  return Object.values(counts).every(({ inserted, updated, deleted }) => inserted + updated + deleted === 0)
}

/** The same counts grouped by outcome, then by table, as summaries list them. */
export function countsByKind(counts: GraphCounts): Record<keyof TableCount, Record<string, number>> {
  const pick = (what: keyof TableCount) =>
    Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, count[what]]))
  return {
    inserted: pick('inserted'),
    updated: pick('updated'),
    deleted: pick('deleted'),
    unchanged: pick('unchanged'),
  }
}
