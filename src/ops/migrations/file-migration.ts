import { createHash } from 'node:crypto'
import { copyRows } from '../../database/tables/copy-rows.ts'
import { correctHashes } from '../../database/schema/correct-hashes.ts'
import { hashTables } from '../../database/tables/hash-tables.ts'
import { stageRows } from '../../database/tables/stage-rows.ts'
import { hashJson, sha256Hex } from '../../domain/hash.ts'
import { findJsonFault, type JsonFault, type JsonObject } from '../../domain/json/value.ts'
import type { CheckReport, Finding } from '../run/summary.ts'
import { OperationError } from '../run/error.ts'
import { checkPreconditions, toCheckReport } from './check-preconditions.ts'
import type { DataMigration, MigrationContext, SourceContext } from './data-migration.ts'
import { loadMigration, type MigrationSource } from './migration-folder.ts'
import type { MigrationDefinition, MigrationRun, MigrationWork } from './migration-definition.ts'

export async function defineFileMigration(source: MigrationSource): Promise<MigrationDefinition> {
  const migration = await loadMigration(source)
  return {
    name: source.name,
    checksum: source.checksum,
    isRepeatable: false,
    description: migration.description,
    reads: migration.reads,
    writes: migration.writes,
    isReversible: migration.reversible ?? false,
    requires: migration.requires ?? [],
    parameters: migration.parameters ?? {},
    start: (run) => startFileMigration(migration, run),
  }
}

function startFileMigration(migration: DataMigration, run: MigrationRun): MigrationWork {
  const findings: Finding[] = []
  let staged: StagedSource = { count: 0, hash: null, faults: [] }
  const context = () => createContext(run, staged.count, findings)
  return {
    async read() {
      if (migration.source !== undefined) {
        staged = await stageSource(
          run,
          migration.source({ ...reading(run), openStore: (kind) => run.storage.driverOf(kind) }),
        )
      }
      const tables = migration.reads.length === 0 ? null : await hashTables(run.client, migration.reads)
      const payloadHash = tables === null ? staged.hash : hashJson({ source: staged.hash, tables })
      return { payloadHash, source: migration.source === undefined ? null : { records: staged.count } }
    },
    async check() {
      const checks = await checkPreconditions(run.client, migration.preconditions, context())
      return migration.source === undefined ? checks : [sourceCheck(staged.faults), ...checks]
    },
    async up() {
      await migration.up(context())
      await correctHashes(run.client, run.signal)
      return { findings, report: {} }
    },
  }
}

interface StagedSource {
  readonly count: number
  readonly hash: string | null
  readonly faults: readonly JsonFault[]
}

/** Stages the records while hashing them: what is hashed is what is used, and memory stays constant. */
async function stageSource(run: MigrationRun, records: AsyncIterable<JsonObject>): Promise<StagedSource> {
  const digest = createHash('sha256')
  const faults: JsonFault[] = []
  let count = 0
  async function* toRows() {
    for await (const record of records) {
      const text = JSON.stringify(record)
      const { hash, fault } = hashRecord(record, text)
      if (fault !== null && faults.length < 20)
        faults.push({ ...fault, pointer: `/${count}${fault.pointer}` })
      digest.update(`${count === 0 ? '' : '\n'}${hash}`)
      count += 1
      if (count % 5000 === 0) run.progress({ label: 'Reading the source', rows: count, share: 0 })
      yield [text, hash]
    }
  }
  await stageRows(run.client, 'source', { record: 'json', hash: 'text' }, toRows(), run.signal)
  return { count, hash: digest.digest('hex'), faults }
}

/** Inspects only suspicious records: there may be a million. */
function hashRecord(record: JsonObject, text: string): { hash: string; fault: JsonFault | null } {
  const fault = /\\u(?:0000|[dD])/.test(text) ? findJsonFault(record) : null
  return { hash: fault === null ? hashJson(record) : sha256Hex(text), fault }
}

function sourceCheck(faults: readonly JsonFault[]): CheckReport {
  const detail = faults.map(({ pointer, reason }) => `${pointer}: ${reason}`).join('; ')
  return toCheckReport('the source can be stored', {
    holds: faults.length === 0,
    detail: faults.length === 0 ? 'every text of it can' : detail,
  })
}

const reading = ({ parameters, signal, progress }: MigrationRun): Omit<SourceContext, 'openStore'> => ({
  parameters,
  signal,
  progress,
})

/** Statements that would leave the transaction that holds the safeguards. */
const forbidden =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(begin|start|commit|end|rollback|abort|savepoint|release|prepare)\b/i

function createContext(run: MigrationRun, count: number, findings: Finding[]): MigrationContext {
  const { client, signal } = run
  return {
    ...reading(run),
    isForced: run.isForced,
    reason: run.reason,
    actor: run.actor,
    log: run.log,
    report: (finding) => void findings.push(finding),
    hash: { json: hashJson, text: sha256Hex, fault: findJsonFault },
    copy: (table, columns, rows) => copyRows(client, table, columns, rows, signal),
    stage: (name, columns, rows) => stageRows(client, name, columns, rows, signal),
    source: { count, records: () => readRecords(run) },
    async sql<Row extends object>(text: string, values: readonly unknown[] = []) {
      signal.throwIfAborted()
      const word = forbidden.exec(text)?.[1]
      if (word !== undefined) {
        throw new OperationError(
          'failed',
          'invalid',
          `A migration must not run ${word.toUpperCase()}: the runner controls the transaction.`,
        )
      }
      // The extended protocol takes one statement at a time, so none can be smuggled in.
      const query = { text, values: [...values], queryMode: 'extended' }
      const { rows, rowCount } = await client.query<Row>(query)
      return { rows, rowCount: rowCount ?? 0 }
    },
  }
}

const portion = 1000

async function* readRecords({ client }: MigrationRun): AsyncIterable<JsonObject> {
  for (let from = 0; ; from += portion) {
    const { rows } = await client.query<{ record: JsonObject }>(
      'SELECT record FROM pg_temp.source WHERE ord > $1 AND ord <= $2 ORDER BY ord',
      [from, from + portion],
    )
    yield* rows.map(({ record }) => record)
    if (rows.length < portion) return
  }
}
