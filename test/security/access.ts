import { encodeGlobalId, nodeTypes } from '../../src/domain/graph/global-id.ts'
import { hasRole, roles, type Role } from '../../src/domain/access/role.ts'
import { recordRun } from '../../src/ops/run/record.ts'
import { secret } from '../support/small-graph.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { findGuardedFields, type GuardedField } from '../support/guarded-fields.ts'
import { post, verdict, type Answer, type Attack, type Target, type Verdict } from './attack.ts'

/** Every guarded field of the served schema, as every lower role. */
export function enumerateFields(fields: readonly GuardedField[]): readonly Attack[] {
  return fields.map(({ kind, field, role, operation }) => ({
    name: `${kind} ${field.name}`,
    async run(target) {
      const verdicts: Verdict[] = []
      for (const asker of roles.slice(0, roles.indexOf(role))) {
        const answer = await askAs(target, asker, operation, kind === 'subscription')
        const expected = asker === 'PUBLIC' ? 'UNAUTHENTICATED' : 'FORBIDDEN'
        const told = kind === 'subscription' ? codeOfEvents(answer.text) : answer.code
        verdicts.push(
          verdict(
            `${kind} ${field.name} as ${asker}`,
            told === expected,
            `${answer.status} ${told}`,
            answer.milliseconds,
          ),
        )
      }
      return verdicts
    },
  }))
}

export const guardedFieldsOf = findGuardedFields

async function askAs({ api }: Target, role: Role, operation: string, isLive: boolean): Promise<Answer> {
  const headers = {
    ...(role !== 'PUBLIC' && { cookie: await api.cookieOf(role) }),
    ...(isLive && { accept: 'text/event-stream' }),
  }
  return post(api, operation, {}, headers)
}

function codeOfEvents(text: string): string | null {
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null
}

export const accessAttacks: readonly Attack[] = [
  {
    name: 'what is for others, by its global id',
    async run({ api }) {
      const ctx = createOpsContext(api.database)
      const kinds = ['MIGRATION', 'PARITY', 'DRIFT', 'BACKUP_DRILL', 'RELEASE_GATE', 'REFRESH'] as const
      const adminTypes = nodeTypes.slice(nodeTypes.indexOf('MigrationRun'))
      const ids: { id: string; role: Role }[] = [{ id: encodeGlobalId('ContentVersion', '1'), role: 'EDITOR' }]
      for (const [at, kind] of kinds.entries()) {
        const head = { kind, operation: 'x', name: 'x', mode: 'dry-run' } as const
        const { runId } = await recordRun(ctx, head, () => Promise.resolve({}))
        ids.push({ id: encodeGlobalId(adminTypes[at]!, runId!), role: 'OPERATOR' })
      }
      const verdicts: Verdict[] = []
      for (const asker of ['PUBLIC', 'EDITOR'] as const) {
        const hidden = ids.filter(({ role }) => !hasRole({ role: asker, name: null }, role))
        const operation = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }'
        const headers: Record<string, string> = asker === 'PUBLIC' ? {} : { cookie: await api.cookieOf(asker) }
        const answer = await post(api, operation, { ids: hidden.map(({ id }) => id) }, headers)
        verdicts.push(verdict(`${hidden.length} runs and versions by id as ${asker}`, !answer.text.includes('__typename'), answer.text.slice(0, 80)))
      }
      return verdicts
    },
  },
  {
    name: 'drafts, by every way that leads to them',
    async run({ api }) {
      const { rows } = await api.database.pool.query<{ type: string; id: string; position: string }>(
        `SELECT c.subject_type::text AS type, c.subject_id AS id, c.position FROM kb_changes c WHERE NOT c.is_public AND NOT c.was_public`,
      )
      const ids = rows.flatMap(({ type, id, position }) => [
        encodeGlobalId(type as 'Entity', id),
        ...(type === 'Entity' ? [encodeGlobalId('EntityRevision', position)] : []),
      ])
      const now = new Date().toISOString()
      const ways: [string, string, object?][] = [
        ['nodes(ids:), revisions among them', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }', { ids: ids.slice(0, 100) }],
        ['entities(asOf:)', 'query ($at: DateTime!) { entities(first: 100, asOf: { at: $at }) { nodes { slug title summary } } }', { at: now }],
        ['edges(asOf:)', 'query ($at: DateTime!) { edges(first: 100, asOf: { at: $at }) { nodes { attributes source { title } target { title } } } }', { at: now }],
        ['changes', '{ changes(first: 100) { edges { node { subjectKey patch changedBy subject { id } } } } }'],
        ['graphDiff', '{ graphDiff(from: { at: "2000-01-01T00:00:00Z" }) { counts { added } changes(first: 100) { edges { node { subjectKey patch } } } } }'],
        ['revisions', '{ entities(first: 50) { nodes { revisions(first: 50) { nodes { state patch changedBy } } } } }'],
        ['search', `{ search(query: "${secret}") { pageInfo { hasNextPage } edges { cursor } } }`],
        ['vocabulary and statistics', '{ vocabulary { tags { tag count } entityKinds { key count } } statistics { entityCount } }'],
      ] // prettier-ignore
      const verdicts: Verdict[] = []
      for (const [name, query, variables] of ways) {
        const answer = await post(api, query, variables)
        const leaks = [secret, 'draftland', 'archiveland'].filter((word) => answer.text.includes(word))
        const isFound = name.startsWith('nodes') && answer.text.includes('__typename')
        const isRight = leaks.length === 0 && !isFound && answer.status === 200 && answer.code === null
        verdicts.push(verdict(`drafts through ${name}`, isRight, leaks.join(' ') || `${answer.status} ${answer.text.slice(0, 100)}`, answer.milliseconds))
      }
      return verdicts
    },
  },
] // prettier-ignore
