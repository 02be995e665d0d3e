import type { KeyedValue } from '../../domain/diff-sorted.ts'
import { hashJson } from '../../domain/hash.ts'
import { diffJson } from '../../domain/json/diff.ts'
import type { ContentDriver } from '../../storage/content-driver.ts'
import { noteTable, type ParityLedger } from './result.ts'
import { compareRowStreams } from './rows.ts'
import type { ContentHead, ParityStore } from './store.ts'

/** Compares two content states by hash, version and, if both have one, history. */
export async function compareContent(
  ledger: ParityLedger,
  left: ParityStore,
  right: ParityStore,
  chosen: (table: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  if (chosen('admin_content_state')) await compareCurrent(ledger, left, right)
  if (!chosen('admin_history') || left.content === null || right.content === null) return
  await compareRowStreams(
    ledger,
    {
      table: 'admin_history',
      subjectType: 'ContentVersion',
      left: readHistory(left.content),
      right: readHistory(right.content),
      toSubjectKey: (key) => String(Number(key)),
    },
    signal,
  )
}

async function compareCurrent(ledger: ParityLedger, left: ParityStore, right: ParityStore): Promise<void> {
  const [from, to] = [await left.readContentHead(), await right.readContentHead()]
  const isSame = from?.hash === to?.hash
  noteTable(ledger, {
    table: 'admin_content_state',
    leftCount: from === null ? 0 : 1,
    rightCount: to === null ? 0 : 1,
    onlyLeft: from !== null && to === null ? 1 : 0,
    onlyRight: from === null && to !== null ? 1 : 0,
    different: from !== null && to !== null && !isSame ? 1 : 0,
    leftHash: hashOf(from),
    rightHash: hashOf(to),
  })
  if (isSame && from?.version !== to?.version)
    ledger.findings.push({
      code: 'parity.version-differs',
      severity: 'warning',
      subject: 'admin_content_state',
      message: `The content state is the same, but its version is ${from?.version} on the left and ${to?.version} on the right.`,
    })
  if (isSame) return
  const states = [await left.content?.read(), await right.content?.read()]
  const [a, b] = states
  const head = { subjectType: 'ContentState', subjectKey: 'current' } as const
  if (from === null || to === null)
    ledger.differences.push({
      operation: from === null ? 'ADDED' : 'REMOVED',
      ...head,
      patch: [from === null ? { op: 'add', path: '', value: b?.state ?? null } : { op: 'remove', path: '' }],
    })
  else
    ledger.differences.push({
      operation: 'CHANGED',
      ...head,
      patch: a && b ? diffJson(a.state, b.state).patch : [],
    })
}

function hashOf(head: ContentHead | null): string {
  return head?.hash ?? hashJson(null)
}

const versionsAtOnce = 100
/** Keys sort as text, so versions are zero-padded to the width of a Postgres integer. */
const digits = 10

async function* readHistory(driver: ContentDriver): AsyncGenerator<KeyedValue> {
  for (let after = 0; ;) {
    const heads = await driver.listVersions({ after, limit: versionsAtOnce, order: 'oldest-first' })
    for (const { version, hash } of heads)
      yield { key: String(version).padStart(digits, '0'), value: { version, hash } }
    if (heads.length < versionsAtOnce) return
    after = heads.at(-1)!.version
  }
}
