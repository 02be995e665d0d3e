import type { Pool } from 'pg'
import { createAsOfReader } from '../as-of-reader.ts'
import { createMetricsKeeper } from '../metrics-keeper.ts'
import type { Reader } from '../reader.ts'
import { createDatabaseReader } from './database-reader.ts'
import type { StatementEvent } from './sql/statement.ts'
import { publicView, type View } from './sql/view.ts'

export interface Readers {
  readonly now: Readonly<Record<View['sees'], Reader>>
  at(sees: View['sees'], moment: string): Reader
}

export function createReaders(
  pool: Pool,
  observe?: (event: StatementEvent) => void,
  metrics = createMetricsKeeper(),
): Readers {
  return {
    now: {
      published: createDatabaseReader(pool, observe, publicView, metrics),
      all: createDatabaseReader(pool, observe, { sees: 'all', at: null }, metrics),
    },
    at: (sees, moment) =>
      createAsOfReader(createDatabaseReader(pool, observe, { sees, at: moment }, metrics), moment),
  }
}
