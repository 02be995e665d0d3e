import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { graphTables } from '../../database/tables/count-tables.ts'
import { tryLockBulkWrites } from '../../database/graph/writer.ts'
import { sha256Hex } from '../../domain/hash.ts'
import type { Issue } from '../../domain/constellation/item.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { createNeonDriverWithin } from '../../storage/drivers/neon.ts'
import { backfillKnowledge, hashPayload } from '../load/backfill-knowledge.ts'
import { OperationError } from '../run/error.ts'
import type { Finding } from '../run/summary.ts'
import { toCheckReport } from './check-preconditions.ts'
import type { MigrationDefinition, MigrationRun, MigrationWork } from './migration-definition.ts'

/** What the graph is made of, with the backend and the version that gave it. */
interface Source {
  readonly backend: string
  readonly version: number | null
  readonly state: JsonObject | null
  readonly payloadHash: string | null
}

/**
 * The content state's constellation payload, taken over into the graph. Unlike a file it may run again: whenever the payload is
 * not the one of the last time. It is applied already while that payload is the current one.
 */
export const kbBackfill: MigrationDefinition = {
  name: 'kb-backfill',
  checksum: sha256Hex(readFileSync(fileURLToPath(import.meta.url))),
  isRepeatable: true,
  description:
    'Takes the constellation payload of the content state over into the graph (kb_* tables), with a provenance run.',
  reads: [],
  writes: graphTables,
  isReversible: false,
  requires: [],
  parameters: {},
  start: startBackfill,
}

function startBackfill(run: MigrationRun): MigrationWork {
  let source: Source = { backend: '', version: null, state: null, payloadHash: null }
  return {
    async read() {
      source = await readSource(run)
      const { backend, version, payloadHash } = source
      return { payloadHash, source: { backend, version } }
    },
    async check() {
      const { backend, version, state } = source
      return [
        toCheckReport('there is a content state', {
          holds: state !== null,
          detail:
            state === null
              ? `the ${backend} backend holds none`
              : `version ${version} of the ${backend} backend`,
        }),
        toCheckReport('it has a constellation', {
          holds: state?.['constellation'] !== undefined,
          detail:
            state?.['constellation'] === undefined
              ? 'the member `constellation` is missing'
              : 'the member `constellation` is there',
        }),
      ]
    },
    async up() {
      if (!(await tryLockBulkWrites(run.client))) {
        throw new OperationError(
          'busy',
          'already-running',
          'Another process is writing the graph. Wait for it, then run this again.',
        )
      }
      const { refused, warnings } = await backfillKnowledge(run.client, source.state as JsonObject, {
        signal: run.signal,
        onProgress: ({ table, phase, rows, total }) =>
          run.progress({
            label: `${table} ${phase}`,
            rows,
            share: shareOf(table, rows / (total ?? Infinity)),
          }),
      })
      return {
        findings: refused.map(toFinding),
        warnings: warnings.map(({ pointer, reason }) => `${pointer} ${reason}`),
        report: { refused, warnings },
      }
    },
  }
}

/** Of the active backend. That of the database is read in the run's own snapshot. */
async function readSource({ client, storage }: MigrationRun): Promise<Source> {
  const found = await (storage.active === 'neon' ? createNeonDriverWithin(client) : storage.driver).read()
  const payload = found?.state['constellation']
  return {
    backend: storage.active,
    version: found?.version ?? null,
    state: found?.state ?? null,
    payloadHash: payload === undefined ? null : hashPayload(payload),
  }
}

/** How far the whole is when a table is done to a share. */
function shareOf(table: string, share: number): number {
  const at = graphTables.findIndex((name) => name === table)
  return (Math.max(0, at) + Math.min(1, share)) / graphTables.length
}

/** The rest is taken over all the same: a warning, not an error. */
function toFinding({ pointer, reason }: Issue): Finding {
  return {
    code: 'backfill.refused',
    severity: 'warning',
    subject: pointer,
    message: `${pointer} was not taken: ${reason}`,
  }
}
