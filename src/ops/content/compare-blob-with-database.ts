import { diffJson } from '../../domain/json/diff.ts'
import type { PatchOperation } from '../../domain/json/patch.ts'
import type { ContentDriver, ContentVersion, ContentVersionHead } from '../../storage/content-driver.ts'
import type { CheckReport } from '../run/summary.ts'
import { readHistory } from './read-history.ts'

const namedDifferences = 20

export interface BlobComparison {
  readonly checks: readonly CheckReport[]
  readonly database: { readonly version: number; readonly hash: string } | null
  /** RFC 6902, from Blob to the database; truncated. */
  readonly differences: readonly PatchOperation[]
}

/** Compares Blob with the database: the state by canonical hash, the history version by version. */
export async function compareBlobWithDatabase(
  blob: ContentDriver,
  neon: ContentDriver,
  inBlob: ContentVersion,
): Promise<BlobComparison> {
  const inDatabase = await neon.read()
  if (inDatabase === null) {
    const detail = 'the database has no content state, but Blob does; run kb migrate blob-to-neon'
    return {
      checks: [check('database state', false, detail, inBlob.hash, null)],
      database: null,
      differences: [],
    }
  }
  const { version, hash } = inDatabase
  const isSame = hash === inBlob.hash
  const differences = isSame ? [] : diffJson(inBlob.state, inDatabase.state).patch.slice(0, namedDifferences)
  const places = differences.map(({ path }) => path || 'the root')
  const stateDetail = isSame
    ? `both have the canonical hash ${hash}`
    : `Blob has version ${inBlob.version}, the database ${version}; they differ at ${places.join(', ')}`
  return {
    checks: [
      check('database state', isSame, stateDetail, hash, inBlob.hash),
      compareHistories(await readHistory(blob), await readHistory(neon)),
    ],
    database: { version, hash },
    differences,
  }
}

function compareHistories(
  blob: readonly ContentVersionHead[],
  neon: readonly ContentVersionHead[],
): CheckReport {
  const length = Math.max(blob.length, neon.length)
  const first = Array.from({ length }, (_, at) => at).find((at) => blob[at]?.hash !== neon[at]?.hash)
  if (first === undefined)
    return check('database history', true, `${length} versions, the same in both`, length, length)
  const place = blob[first]?.version ?? neon[first]?.version
  const lack =
    blob[first] === undefined
      ? 'Blob lacks it; kb content mirror copies it'
      : neon[first] === undefined
        ? 'the database lacks it'
        : 'their hashes differ'
  return check(
    'database history',
    false,
    `they diverge at version ${place}: ${lack}`,
    neon.length,
    blob.length,
  )
}

function check(
  name: string,
  passes: boolean,
  detail: string,
  expected: unknown,
  actual: unknown,
): CheckReport {
  return { name, status: passes ? 'PASS' : 'FAIL', detail, expected, actual, durationMs: null }
}
