import { compareCatalogs, readCatalog } from '../../../database/schema/catalog.ts'
import { hashTableRows } from '../../../database/tables/table-hash.ts'
import { withTransaction } from '../../../database/connection/transaction.ts'
import { runBackupDrill } from '../../backup/drill.ts'
import { fromSummary } from './from-summary.ts'
import type { Check } from './check.ts'

export const neonDrillCheck: Check = {
  name: 'neon-drill',
  invariant: 'A backup taken now restores to the same rows, sequences and schema.',
  switch: { variable: 'RUN_OPS_NEON_DRILL', isOn: ({ neonDrill }) => neonDrill },
  prove: ({ pool }) =>
    withTransaction(pool, 'READ COMMITTED', async (client) => {
      await client.query(
        `CREATE TEMPORARY TABLE planted ON COMMIT DROP AS SELECT g AS id, 'row ' || g AS title FROM generate_series(1, 100) g`,
      )
      const columns = [
        { name: 'id', type: 'integer' },
        { name: 'title', type: 'text' },
      ]
      const hash = () => hashTableRows({ client, relation: 'pg_temp.planted' }, columns)
      const before = await hash()
      await client.query(`UPDATE planted SET title = 'row  7' WHERE id = 7`)
      const after = await hash()
      const catalog = await readCatalog(client)
      const [, ...fewer] = Object.entries(catalog.objects)
      const damaged = { ...catalog, objects: Object.fromEntries(fewer) }
      return before.hash !== after.hash && compareCatalogs(catalog, damaged).length > 0
    }),
  run: async (ctx) => fromSummary(await runBackupDrill(ctx, { keep: false }), 'restored without differences'),
}
