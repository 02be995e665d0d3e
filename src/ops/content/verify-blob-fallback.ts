import { requireSettings } from '../../config.ts'
import {
  StorageUnavailableError,
  type ContentDriver,
  type ContentVersion,
} from '../../storage/content-driver.ts'
import { compareBlobWithDatabase } from './compare-blob-with-database.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport, CheckStatus, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { readHistory } from './read-history.ts'
import { recordRun } from '../run/record.ts'
import { rehearseOutage } from './rehearse-outage.ts'
import { hashJson } from '../../domain/hash.ts'
import { createBlobStore } from '../../storage/blob-store.ts'

export interface BlobFallbackOptions {
  readonly simulateOutage?: boolean | undefined
}

/** How many old versions are re-read and re-hashed; all heads are checked. */
const rereadVersions = 10

/**
 * `kb blob fallback-verify`: reads the content state and history from Blob alone, compares them with the
 * database if one is configured, and rehearses the outage.
 */
export async function verifyBlobFallback(
  ctx: OptionalDatabase<OpsContext>,
  { simulateOutage = true }: BlobFallbackOptions = {},
): Promise<OperationSummary> {
  requireSettings('ops:blob:fallback-verify', { BLOB_READ_WRITE_TOKEN: ctx.settings.blobReadWriteToken })
  const parameters = { simulateOutage, prefix: ctx.settings.adminBlobPrefix }
  const head = {
    kind: 'BLOB_FALLBACK',
    operation: 'blob-fallback',
    name: 'blob',
    mode: 'dry-run',
    parameters,
  } as const
  return recordRun(ctx, head, async () => {
    try {
      return await verify(ctx, simulateOutage)
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error
      throw new OperationError('failed', 'backend-unavailable', error.message, { cause: error })
    }
  })
}

async function verify(ctx: OptionalDatabase<OpsContext>, simulateOutage: boolean): Promise<OperationResult> {
  const blob = ctx.storage.driverOf('blob')
  const progress = (label: string, share: number) => ctx.onProgress({ label, rows: 0, share })
  progress('Reading from Blob', 0.1)
  const state = await blob.read()
  if (state === null) {
    const detail = 'the Blob store has no content state; the next save or kb migrate copies it there'
    return conclude([{ ...blank, name: 'blob state', status: 'FAIL', detail }], {})
  }
  const checks: CheckReport[] = [
    await checkAccess(ctx),
    checkState(state),
    await checkHistory(blob, state, (share) => progress('Reading the history', 0.2 + share * 0.4)),
  ]
  const { pool, settings } = ctx
  progress('Comparing with the database', 0.6)
  const compared =
    pool === null || settings.databaseUrl === null
      ? null
      : await compareBlobWithDatabase(blob, ctx.storage.driverOf('neon'), state)
  checks.push(...(compared?.checks ?? [skipped('database', 'no database URL is configured')]))
  progress('Rehearsing the outage', 0.9)
  checks.push(simulateOutage ? await rehearseOutage(blob, state) : skipped('outage', 'not requested'))
  return conclude(checks, {
    blob: { version: state.version, hash: state.hash },
    database: compared?.database ?? null,
    differences: compared?.differences ?? [],
  })
}

const blank = { detail: null, expected: null, actual: null, durationMs: null }

function skipped(name: string, detail: string): CheckReport {
  return { ...blank, name, status: 'SKIPPED', detail }
}

function checkState({ version, hash, state }: ContentVersion): CheckReport {
  const actual = hashJson(state)
  const status = actual === hash ? 'PASS' : 'FAIL'
  return {
    ...blank,
    name: 'blob state',
    status,
    detail: `version ${version}, SHA-256 ${hash}`,
    expected: hash,
    actual,
  }
}

async function checkHistory(
  blob: ContentDriver,
  { version }: ContentVersion,
  onShare: (share: number) => void,
): Promise<CheckReport> {
  const heads = await readHistory(blob)
  const reread = heads.slice(-rereadVersions)
  for (const [at, head] of reread.entries()) {
    await blob.readVersion(head.version) // throws where a state is missing or has another hash
    onShare((at + 1) / reread.length)
  }
  const isComplete = heads.length === version && heads.every((head, at) => head.version === at + 1)
  const detail = `${heads.length} versions; the states of the last ${reread.length} were re-read and re-hashed`
  const status = isComplete ? 'PASS' : 'FAIL'
  return { ...blank, name: 'blob history', status, detail, expected: version, actual: heads.length }
}

async function checkAccess({ settings }: OptionalDatabase<OpsContext>): Promise<CheckReport> {
  const store = createBlobStore({ token: settings.blobReadWriteToken! })
  const isPublic = await store.isPublic(settings.adminBlobPrefix)
  return {
    ...blank,
    name: 'blob access',
    status: isPublic === true ? 'WARN' : 'PASS',
    detail:
      isPublic === true
        ? 'the store is public: anyone who knows a URL can read the content state. Create a private store'
        : 'the store requires its token',
    expected: false,
    actual: isPublic,
  }
}

function conclude(checks: readonly CheckReport[], report: object): OperationResult {
  const order = ['FAIL', 'WARN', 'PASS'] as const
  const outcome: CheckStatus =
    order.find((status) => checks.some((check) => check.status === status)) ?? 'SKIPPED'
  return {
    outcome,
    findings: checks
      .filter(({ status }) => status === 'FAIL' || status === 'WARN')
      .map(({ name, status, detail }) => ({
        code: `blob-fallback.${name.replaceAll(' ', '-')}`,
        severity: status === 'FAIL' ? 'error' : 'warning',
        subject: name,
        message: `${name}: ${detail ?? 'differs'}.`,
      })),
    report: { checks, ...report },
  }
}
