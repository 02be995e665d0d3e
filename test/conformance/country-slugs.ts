import pg from 'pg'
import { inject } from 'vitest'

/** The slugs of all published countries in their order, from the database itself. */
export async function readCountrySlugs(): Promise<string[]> {
  return readSlugs(`SELECT slug FROM kb_entities WHERE kind_key = 'country' AND status = 'PUBLISHED'`)
}

/** The slugs of the countries that border on one. */
export async function readBorderingSlugs(slug: string): Promise<string[]> {
  return readSlugs(
    `SELECT CASE source_slug WHEN $1 THEN target_slug ELSE source_slug END AS slug FROM kb_edges
     WHERE relation_key = 'borders' AND $1 IN (source_slug, target_slug)`,
    slug,
  )
}

async function readSlugs(sql: string, ...values: string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: inject('product').databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ slug: string }>(sql, values)
    // By code units, as JavaScript compares: slugs are ASCII, and the API orders them by code point.
    return rows.map(({ slug }) => slug).sort()
  } finally {
    await client.end()
  }
}
