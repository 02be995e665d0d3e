/** @type {import('../../src/ops/migrations/data-migration.ts').DataMigration} */
export default {
  description:
    'Moves the content state and its whole history from the Blob store (or the file backend) into the database.',
  reads: [],
  writes: ['admin_content_state', 'admin_history'],
  reversible: false,
  parameters: {
    source: { description: 'the backend to read from', values: ['blob', 'file'], default: 'blob' },
  },

  /** Every version, oldest first, as the store has it. */
  async *source({ openStore, parameters, signal, progress }) {
    const store = openStore(parameters.source)
    const total = await store.countVersions()
    let after = 0
    let rows = 0
    for (;;) {
      const heads = await store.listVersions({ after, limit: 100, order: 'oldest-first' })
      for (const { version } of heads) {
        signal.throwIfAborted()
        const found = await store.readVersion(version)
        if (found === null)
          throw new Error(`Version ${version} is in the list of the ${store.kind} store and cannot be read.`)
        yield { ...found }
        rows += 1
        after = version
        progress({
          label: `Reading versions of the ${store.kind} store`,
          rows,
          share: rows / Math.max(rows, total),
        })
      }
      if (heads.length < 100) return
    }
  },

  preconditions: [
    {
      name: 'the source has a content state',
      check: ({ source, parameters }) => ({
        holds: source.count > 0,
        detail: `the ${parameters.source} store has ${source.count} versions`,
      }),
    },
    {
      name: 'the versions of the source are whole, from 1 on',
      async check({ sql }) {
        const { rows } = await sql(
          `SELECT ord, record->>'version' AS version FROM pg_temp.source WHERE ord <> (record->>'version')::int ORDER BY ord LIMIT 1`,
        )
        return rows.length === 0
          ? { holds: true, detail: 'none is missing' }
          : { holds: false, detail: `version ${rows[0].version} stands where version ${rows[0].ord} should` }
      },
    },
    {
      name: 'every state of the source fits its hash',
      async check({ source, hash }) {
        const wrong = []
        for await (const { version, state, hash: noted } of source.records()) {
          if (hash.json(state) !== noted) wrong.push(version)
        }
        return wrong.length === 0
          ? { holds: true, detail: `${source.count} hashes hold` }
          : { holds: false, detail: `it does not for the versions ${wrong.slice(0, 20).join(', ')}` }
      },
    },
    {
      name: 'the target is empty, or has the first versions of the source',
      async check({ sql, isForced, source }) {
        const { rows } = await sql(
          `SELECT count(*)::int AS versions, coalesce(max(h.version), 0) AS last, min(h.version) FILTER (WHERE s.record IS NULL) AS other
           FROM admin_history h
           LEFT JOIN pg_temp.source s ON (s.record->>'version')::int = h.version AND s.record->>'hash' = h.hash`,
        )
        const { versions, last, other } = rows[0]
        const state = await sql('SELECT version, hash FROM admin_content_state')
        const current = await sql('SELECT hash FROM admin_history WHERE version = $1', [
          state.rows[0]?.version ?? 0,
        ])
        const isWhole =
          versions === last &&
          (state.rows[0]?.version ?? 0) === last &&
          state.rows[0]?.hash === current.rows[0]?.hash
        const actual = { versions, current: state.rows[0]?.version ?? null }
        if (!isWhole) {
          return {
            holds: false,
            detail: `its ${versions} versions do not end with the current one; repair it first`,
            actual,
          }
        }
        if (other === null)
          return { holds: true, detail: `it has ${versions} of ${source.count} versions`, actual }
        return isForced
          ? {
              holds: true,
              detail: `version ${other} is another one; the source's state is appended by force`,
              actual,
            }
          : {
              holds: false,
              detail: `its version ${other} is not that of the source; nothing is overwritten`,
              actual,
            }
      },
    },
  ],

  async up({ sql, source, progress, actor, reason }) {
    const { rows } = await sql(
      `SELECT coalesce(max(h.version), 0) AS last, count(*) FILTER (WHERE s.record IS NULL)::int AS others FROM admin_history h
       LEFT JOIN pg_temp.source s ON (s.record->>'version')::int = h.version AND s.record->>'hash' = h.hash`,
    )
    const { last, others } = rows[0]
    if (others === 0) {
      await sql(
        `INSERT INTO admin_history (version, state, hash, note, created_at, created_by, restored_from)
         SELECT (record->>'version')::int, (record->'state')::jsonb, record->>'hash', record->>'note',
           (record->>'createdAt')::timestamptz, record->>'createdBy', (record->>'restoredFrom')::int
         FROM pg_temp.source WHERE (record->>'version')::int > $1 ORDER BY ord`,
        [last],
      )
    } else {
      // By force over a history of its own: the source's state becomes one more version, and no version is lost.
      await sql(
        `INSERT INTO admin_history (version, state, hash, note, created_by)
         SELECT $1, (record->'state')::jsonb, record->>'hash', $2, $3 FROM pg_temp.source ORDER BY ord DESC LIMIT 1`,
        [last + 1, `Taken over by force from version ${source.count} of the source: ${reason}`, actor],
      )
    }
    await sql(
      `INSERT INTO admin_content_state (id, version, state, hash, updated_at, updated_by)
       SELECT 1, version, state, hash, created_at, created_by FROM admin_history ORDER BY version DESC LIMIT 1
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state, hash = excluded.hash,
         updated_at = excluded.updated_at, updated_by = excluded.updated_by
       WHERE admin_content_state.hash <> excluded.hash OR admin_content_state.version <> excluded.version`,
    )
    progress({ label: 'Versions written', rows: source.count, share: 1 })
  },
}
