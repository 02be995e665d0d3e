import type { ClientBase, Pool } from 'pg'
import { useCanonicalText } from '../../database/tables/row-text.ts'
import { compareCatalogs, readCatalog, type SchemaCatalog } from '../../database/schema/catalog.ts'
import { findLateSequences, readSequences } from '../../database/tables/sequence-positions.ts'
import { hashTableRows } from '../../database/tables/table-hash.ts'
import { publicRelation, readTableShapes, type TableColumn } from '../../database/tables/table-shape.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { createGraphHash } from '../../readers/database/graph-hash.ts'
import { readContentHash } from './content.ts'
import type { BackupManifest } from './manifest.ts'
import type { Finding } from '../run/summary.ts'
import type { TableParity } from '../parity/table-parity.ts'

export interface RestoreComparison {
  /** Left: the backup. Right: the restored database. */
  readonly tables: readonly TableParity[]
  readonly graphHash: { readonly backup: string; readonly restored: string }
  readonly contentHash: { readonly backup: string | null; readonly restored: string | null }
  readonly findings: readonly Finding[]
}

/**
 * Compares a restored database with its backup. Beyond content hashes, it checks sequence positions, keys,
 * indexes and triggers.
 */
export async function compareRestored(
  pool: Pool,
  manifest: BackupManifest,
  expected: SchemaCatalog,
): Promise<RestoreComparison> {
  return withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
    await useCanonicalText(client)
    const { tables, findings } = await compareTables(client, manifest)
    const graph = await createGraphHash(pool)(client)
    const state = await readContentHash(client)
    const graphHash = { backup: manifest.graph.hash, restored: graph.hash }
    const contentHash = {
      backup: manifest.contentState?.hash ?? null,
      restored: state?.hash ?? null,
    }
    return {
      tables,
      graphHash,
      contentHash,
      findings: [
        ...findings,
        ...(await compareSequences(client, manifest)),
        ...catalogFindings('restored', compareCatalogs(expected, await readCatalog(client))),
        ...differs('graph-hash-differs', 'graph', graphHash),
        ...differs('content-hash-differs', 'admin_content_state', contentHash),
      ],
    }
  })
}

/** Tables of this build that the backup lacks or defines differently. */
export async function verifyTables(pool: Pool, manifest: BackupManifest): Promise<Finding[]> {
  const shapes = await readTableShapes(pool)
  const kept = new Map(manifest.tables.map((each) => [each.table, each]))
  return shapes.flatMap(({ table, columns }) => {
    const backup = kept.get(table)
    if (manifest.leftOut.includes(table)) return []
    if (backup === undefined)
      return [error('table-missing', table, `The backup lacks the table ${table} of this schema.`)]
    // Ignore the order: a column added later may come last in one database only.
    return describeColumns(columns) === describeColumns(backup.columns)
      ? []
      : [error('columns-differ', table, `The columns of ${table} differ from the backup.`)]
  })
}

function describeColumns(columns: readonly TableColumn[]): string {
  return columns
    .map(({ name, type }) => `${name} ${type}`)
    .sort()
    .join(', ')
}

async function compareTables(
  client: ClientBase,
  manifest: BackupManifest,
): Promise<{ tables: TableParity[]; findings: Finding[] }> {
  const findings: Finding[] = []
  const tables: TableParity[] = []
  for (const { table, rows, hash, columns } of manifest.tables) {
    const restored = await hashTableRows({ client, relation: publicRelation(table) }, columns)
    const isSame = restored.hash === hash
    tables.push({
      table,
      status: isSame ? 'PASS' : 'FAIL',
      leftCount: rows,
      rightCount: restored.rows,
      onlyLeft: 0,
      onlyRight: 0,
      different: 0,
      leftHash: hash,
      rightHash: restored.hash,
    })
    if (isSame) continue
    const counts = rows === restored.rows ? `${rows} rows each` : `${rows} rows and ${restored.rows}`
    findings.push(
      error('rows-differ', table, `${table} differs from the backup after the restore (${counts}).`),
    )
  }
  return { tables, findings }
}

async function compareSequences(client: ClientBase, manifest: BackupManifest): Promise<Finding[]> {
  const restored = await readSequences(client)
  const found = new Map(restored.map((each) => [each.sequence, each]))
  const moved = manifest.sequences.filter(({ sequence, lastValue, isCalled }) => {
    const position = found.get(sequence)
    return position?.lastValue !== lastValue || position.isCalled !== isCalled
  })
  const late = await findLateSequences(client, restored)
  return [
    ...moved.map(({ sequence, lastValue }) =>
      error(
        'sequence-moved',
        sequence,
        `The sequence ${sequence} was at ${lastValue} and is at ${found.get(sequence)?.lastValue ?? 'nothing'} after the restore.`,
      ),
    ),
    ...late.map(({ sequence, next, highest }) =>
      error(
        'sequence-late',
        sequence,
        `The sequence ${sequence} would return ${next} next, but ${highest} is already taken: the next insert would fail.`,
      ),
    ),
  ]
}

export function catalogFindings(
  where: 'source' | 'restored',
  differences: ReturnType<typeof compareCatalogs>,
): Finding[] {
  const place = where === 'source' ? 'the source database' : 'the restored database'
  return differences.map(({ object, kind }) => ({
    code: `drill.schema-${kind}`,
    severity: kind === 'unexpected' ? 'warning' : 'error',
    subject: object,
    message:
      kind === 'missing'
        ? `The ${object} is missing from ${place}.`
        : kind === 'changed'
          ? `The ${object} in ${place} differs from what the schema migrations created.`
          : `The ${object} in ${place} does not come from the schema migrations; a restore does not recreate it.`,
  }))
}

function differs(
  code: string,
  subject: string,
  { backup, restored }: { readonly backup: string | null; readonly restored: string | null },
): Finding[] {
  if (backup === restored) return []
  return [
    error(
      code,
      subject,
      `The hash of ${subject} is ${restored ?? 'none'} after the restore; it was ${backup ?? 'none'}.`,
    ),
  ]
}

function error(code: string, subject: string, message: string): Finding {
  return { code: `drill.${code}`, severity: 'error', subject, message }
}
