import { hashJson } from '../../../domain/hash.ts'
import type { ContentVersion, ContentVersionHead } from '../../../storage/content-driver.ts'
import type { Finding } from '../../run/summary.ts'
import { outcomeOf, type Check } from './check.ts'

export const contentStateCheck: Check = {
  name: 'content-state',
  invariant: 'The content state and its version in the history match their stored hashes.',
  async prove({ storage }) {
    const current = await storage.driver.read()
    const planted = { ...(current?.state ?? {}), 'planted difference': true }
    const head = { version: current?.version ?? 1, hash: current?.hash ?? hashJson({}) }
    return judge(head, { state: planted }, 'the planted state').length > 0
  },
  async run({ storage: { driver } }) {
    const [head, current] = [await driver.readHead(), await driver.read()]
    if (head === null || current === null) return { status: 'WARN', detail: 'nothing was ever saved' }
    const kept = await driver.readVersion(head.version)
    const findings = [
      ...judge(head, current, 'the current state'),
      ...(kept === null
        ? [toFinding(`Version ${head.version} is current but missing from the history.`)]
        : []),
      ...(kept === null ? [] : judge(head, kept, 'its copy in the history')),
    ]
    return outcomeOf(findings, `version ${head.version}, ${head.hash}`)
  },
}

function judge(
  saved: Pick<ContentVersionHead, 'version' | 'hash'>,
  { state }: Pick<ContentVersion, 'state'>,
  what: string,
): Finding[] {
  const actual = hashJson(state)
  if (actual === saved.hash) return []
  const message = `Version ${saved.version} was saved with the hash ${saved.hash}, and ${what} has ${actual}.`
  return [toFinding(message)]
}

function toFinding(message: string): Finding {
  return { code: 'gate.content-state', severity: 'error', subject: 'content state', message }
}
