import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Pool } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

// JSON holds no control character, so with these as quote and delimiter the lines come as PostgreSQL made them.
const asLines = `WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`

const lists = {
  nodes: `SELECT ',' || json_build_object('id', e.slug, 'slug', e.slug, 'title', e.title, 'kind', e.kind_key, 'domain', e.domain_key,
      'summary', e.summary, 'tags', coalesce(t.tags, '[]'), 'x', e.position_x, 'y', e.position_y, 'weight', e.weight)::text
    FROM kb_entities e
    LEFT JOIN (SELECT entity_id, json_agg(tag ORDER BY tag) AS tags FROM kb_entity_tags GROUP BY entity_id) t ON t.entity_id = e.id
    WHERE e.status = 'PUBLISHED' ORDER BY e.slug`,
  edges: `SELECT ',' || json_build_object('id', e.source_slug || '|' || e.relation_key || '|' || e.target_slug, 'source', e.source_slug,
      'target', e.target_slug, 'relation', e.relation_key, 'weight', e.weight)::text
    FROM kb_edges e
    JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
    JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'
    ORDER BY e.relation_key, e.source_slug, e.target_slug`,
  domains: `SELECT ',' || json_build_object('key', d.key, 'label', d.label, 'color', d.color, 'count', count(e.id))::text
    FROM kb_domains d LEFT JOIN kb_entities e ON e.domain_key = d.key AND e.status = 'PUBLISHED'
    GROUP BY d.key ORDER BY d.position, d.key`,
}

/** The whole graph as PostgreSQL writes it, line by line as COPY sends it. */
export async function answerWhole(pool: Pool, response: ServerResponse): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL work_mem = '64MB'`)
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    let opening = '{'
    for (const [name, select] of Object.entries(lists)) {
      response.write(`${opening}"${name}":[`)
      await pipeline(
        client.query(copyTo(`COPY (${select}) TO STDOUT ${asLines}`)),
        withoutFirstComma,
        response,
        {
          end: false,
        },
      )
      opening = '],'
    }
    response.end(']}')
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}

async function* withoutFirstComma(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  let isFirst = true
  for await (const piece of pieces) {
    yield isFirst ? piece.subarray(1) : piece
    isFirst = false
  }
}
