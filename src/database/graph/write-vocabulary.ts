import type { DomainContent, KindContent, RelationContent } from '../../domain/graph/graph-content.ts'
import type { GraphCounts } from './counts.ts'
import type { WriteContext } from './writer-context.ts'
import { mergeTable } from '../tables/merge-table.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

export interface VocabularyRows {
  readonly kinds?: Iterable<KindContent> | undefined
  readonly relations?: Iterable<RelationContent> | undefined
  readonly domains?: Iterable<DomainContent> | undefined
}

const kindColumns = {
  key: keyType,
  label: 'text',
  description: 'text',
  iri: 'text',
  attribute_schema: 'jsonb',
}
const relationColumns = {
  key: keyType,
  label: 'text',
  inverse_label: 'text',
  description: 'text',
  is_symmetric: 'boolean',
  iri: 'text',
  source_kinds: 'text[]',
  target_kinds: 'text[]',
}
const domainColumns = { key: keyType, label: 'text', color: 'text', position: 'integer' }

export async function writeVocabulary({ client }: WriteContext, words: VocabularyRows): Promise<GraphCounts> {
  const counts: GraphCounts = {}
  const merge = async (table: string, stage: string, columns: Record<string, string>) => {
    const [key, ...rest] = Object.keys(columns) as [string, ...string[]]
    counts[table] = await mergeTable(client, { table, from: `pg_temp.${stage}`, key: [key], columns: rest })
  }
  if (words.kinds) {
    const rows = Array.from(words.kinds, (kind) => [
      kind.key,
      kind.label,
      kind.description,
      kind.iri,
      kind.attributeSchema === null ? null : JSON.stringify(kind.attributeSchema),
    ])
    await stageRows(client, 'kb_stage_kinds', kindColumns, rows)
    await merge('kb_kinds', 'kb_stage_kinds', kindColumns)
  }
  if (words.relations) {
    const rows = Array.from(words.relations, (relation) => [
      relation.key,
      relation.label,
      relation.inverseLabel,
      relation.description,
      relation.isSymmetric,
      relation.iri,
      relation.sourceKinds,
      relation.targetKinds,
    ])
    await stageRows(client, 'kb_stage_relations', relationColumns, rows)
    await merge('kb_relations', 'kb_stage_relations', relationColumns)
  }
  if (words.domains) {
    const rows = Array.from(words.domains, (one) => [one.key, one.label, one.color, one.position])
    await stageRows(client, 'kb_stage_domains', domainColumns, rows)
    await merge('kb_domains', 'kb_stage_domains', domainColumns)
  }
  return counts
}
