import type { ClientBase } from 'pg'

const details = {
  kinds: 'num_nonnulls(t.description, t.iri, t.attribute_schema) > 0',
  relations:
    'num_nonnulls(t.description, t.iri, t.inverse_label) > 0 OR cardinality(t.source_kinds || t.target_kinds) > 0',
  domains: 't.color IS NOT NULL',
} as const

export async function findReplacedWords(
  client: ClientBase,
  list: keyof typeof details,
  words: readonly { readonly key: string; readonly label: string }[],
): Promise<string[]> {
  if (words.length === 0) return []
  const { rows } = await client.query<{ key: string }>(
    `SELECT t.key FROM kb_${list} t JOIN unnest($1::text[], $2::text[]) AS w(key, label) ON t.key = w.key COLLATE "C"
     WHERE t.label <> w.label OR ${details[list]} ORDER BY t.key`,
    [words.map(({ key }) => key), words.map(({ label }) => label)],
  )
  return rows.map(({ key }) => key)
}
