import type { Pool } from 'pg'
import { sha256Hex } from '../../../src/domain/hash.ts'

/** What the damages are done to, beside the small graph. */
export async function addFragileRows(pool: Pool): Promise<void> {
  await pool.query(`UPDATE kb_entities SET attributes = '{"big": 9007199254740993}' WHERE slug = 'spanish'`)
  await pool.query(`INSERT INTO kb_workflows (slug, title) VALUES ('bare', 'Bare')`)
  const hash = sha256Hex('{"title":"mine"}')
  await pool.query(
    `INSERT INTO admin_content_state (version, state, hash) VALUES (1, '{"title":"mine"}', $1)`,
    [hash],
  )
  await pool.query(`INSERT INTO admin_history (version, state, hash) VALUES (1, '{"title":"mine"}', $1)`, [
    hash,
  ])
  await pool.query(
    `INSERT INTO admin_migrations (name, mode, status, checksum, actor, hash)
     SELECT 'm' || i, 'APPLY', 'SUCCEEDED', repeat('c', 64), 'x', encode(sha256(i::text::bytea), 'hex') FROM generate_series(1, 3) i`,
  )
}
