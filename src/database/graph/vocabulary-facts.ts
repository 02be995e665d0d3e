import type { ClientBase } from 'pg'
import type { AttributeSchema } from '../../domain/json/attribute-schema.ts'
import type { RelationFacts, VocabularyFacts } from '../../domain/graph/validate-entity.ts'

export async function readVocabularyFacts(client: ClientBase): Promise<VocabularyFacts> {
  const { rows } = await client.query<{
    kinds: { key: string; schema: AttributeSchema | null }[]
    domains: string[]
    relations: ({ key: string } & RelationFacts)[]
  }>(
    `SELECT coalesce((SELECT json_agg(json_build_object('key', key, 'schema', attribute_schema)) FROM kb_kinds), '[]') AS kinds,
       ARRAY(SELECT key FROM kb_domains) AS domains,
       coalesce((SELECT json_agg(json_build_object('key', key, 'isSymmetric', is_symmetric, 'sourceKinds', source_kinds,
         'targetKinds', target_kinds)) FROM kb_relations), '[]') AS relations`,
  )
  const { kinds, domains, relations } = rows[0]!
  return {
    kinds: new Map(kinds.map(({ key, schema }) => [key, schema])),
    domains: new Set(domains),
    relations: new Map(relations.map(({ key, ...facts }) => [key, facts])),
  }
}
