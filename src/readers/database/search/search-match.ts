import type { Sql } from 'sql-template-tag'
import type { SearchTarget } from '../../search-reader.ts'

export interface TargetTable {
  readonly table: string
  readonly alias: string
  readonly key: string
  readonly hasStatus: boolean
}
export const targetTables: Readonly<Record<SearchTarget, TargetTable>> = {
  ENTITY: { table: 'kb_entities', alias: 'e', key: 'slug', hasStatus: true },
  MEDIA: { table: 'kb_media_objects', alias: 'm', key: 'key', hasStatus: false },
  WORKFLOW: { table: 'kb_workflows', alias: 'w', key: 'slug', hasStatus: true },
}

export interface SearchMatch {
  words(text: string): Sql
  /** At most one holds per row, so each can use its own index. */
  alternatives(target: SearchTarget): readonly Sql[]
  score(target: SearchTarget): Sql
  /** Columns with highlighted matches. */
  readonly shown: Readonly<Record<SearchTarget, readonly string[]>>
  /** Positions of the matched words in a shown column; null if the words suffice. */
  readonly foundPlaces: ((column: string, text: string) => Sql) | null
}
