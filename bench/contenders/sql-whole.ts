import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Pool } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

// JSON holds no control character, so with these as quote and delimiter the lines come as PostgreSQL made them.
const asLines = `WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`

// row_to_json writes no blanks, where json_build_object does.
const lists = {
  nodes: `SELECT ',' || row_to_json(n)::text FROM (
    SELECT e.slug AS id, e.slug, e.title, e.kind_key AS kind, e.domain_key AS domain, e.summary, coalesce(t.tags, '[]') AS tags,
      e.position_x AS x, e.position_y AS y, e.weight
    FROM kb_entities e
    LEFT JOIN (SELECT entity_id, json_agg(tag ORDER BY tag) AS tags FROM kb_entity_tags GROUP BY entity_id) t ON t.entity_id = e.id
    WHERE e.status = 'PUBLISHED' ORDER BY e.slug) n`,
  edges: `SELECT ',' || row_to_json(n)::text FROM (
    SELECT e.source_slug || '|' || e.relation_key || '|' || e.target_slug AS id, e.source_slug AS source, e.target_slug AS target,
      e.relation_key AS relation, e.weight
    FROM kb_edges e
    JOIN kb_entities s ON s.slug = e.source_slug AND s.status = 'PUBLISHED'
    JOIN kb_entities t ON t.slug = e.target_slug AND t.status = 'PUBLISHED'
    ORDER BY e.relation_key, e.source_slug, e.target_slug) n`,
  domains: `SELECT ',' || row_to_json(n)::text FROM (
    SELECT d.key, d.label, d.color, count(e.id)
    FROM kb_domains d LEFT JOIN kb_entities e ON e.domain_key = d.key AND e.status = 'PUBLISHED'
    GROUP BY d.key ORDER BY d.position, d.key) n`,
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
