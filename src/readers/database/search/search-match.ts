import type { Sql } from 'sql-template-tag'
import type { SearchTarget } from '../../search-reader.ts'

/** Where the words of a target stand. */
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

/** A way in which what is asked matches what is stored, in SQL over the targets' aliases and the words as `q`. */
export interface SearchMatch {
  /** The words as an item of FROM, named `q`: a step of its own, made once a statement and not once a row. */
  words(text: string): Sql
  /** Conditions of which at most one holds for a row, so that each is answered by its own index. */
  alternatives(target: SearchTarget): readonly Sql[]
  /** float4, the higher the better. */
  score(target: SearchTarget): Sql
  /** Columns whose matches are shown. */
  readonly shown: Readonly<Record<SearchTarget, readonly string[]>>
  /** Where the words of a shown column that were found stand among its words; null where the words themselves tell. */
  readonly foundPlaces: ((column: string, text: string) => Sql) | null
}
