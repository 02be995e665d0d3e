import type { TableCount as Counts } from '../../database/graph/counts.ts'
import { builder } from '../base/builder.ts'

export interface CountsOfTable extends Counts {
  readonly table: string
}

export const TableCount = builder.objectRef<CountsOfTable>('TableCount')
TableCount.implement({
  fields: (t) => ({
    table: t.exposeString('table'),
    inserted: t.exposeInt('inserted'),
    updated: t.exposeInt('updated'),
    deleted: t.exposeInt('deleted'),
    unchanged: t.exposeInt('unchanged'),
  }),
})
