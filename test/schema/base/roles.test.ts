import { isObjectType, type GraphQLObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeGlobalId, nodeTypes } from '../../../src/domain/graph/global-id.ts'
import { roles } from '../../../src/domain/access/role.ts'
import { recordRun } from '../../../src/ops/run/record.ts'
import { schema } from '../../../src/schema/schema.ts'
import { fieldsOf, findGuardedFields, roleOf } from '../../support/guarded-fields.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { createOpsContext } from '../../support/ops-context.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const guarded = findGuardedFields(schema).filter(({ kind }) => kind !== 'subscription')

describe('fields behind a role', () => {
  test('are all non-public fields: every mutation requires a role', () => {
    const open = fieldsOf(schema.getMutationType()).filter((field) => roleOf(field) === undefined)
    expect(open.map(({ name }) => name)).toEqual([])
    expect(guarded.map(({ field }) => field.name)).toEqual(expect.arrayContaining(['ops']))
  })

  test.each(guarded.map(({ field, role, operation }) => [field.name, role, operation] as const))(
    '%s is denied to everybody below %s',
    async (name, needed, operation) => {
      const { body: anonymous } = await api.server.ask(operation)
      expect(anonymous.data?.[name] ?? null).toBeNull()
      expect(anonymous.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
      for (const role of roles.slice(1, roles.indexOf(needed))) {
        const { body } = await api.askAs(role, operation)
        const result = body.data?.[name] as { code?: string } | null
        expect(result?.code ?? body.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
      }
    },
  )

  test('subscriptions too', async () => {
    const response = await fetch(`${api.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { operationProgressed(id: "x") { id } }' }),
    })
    expect(await response.text()).toContain('UNAUTHENTICATED')
  })

  test('return no type that a global id reaches', async () => {
    const ctx = createOpsContext(api.database)
    const kinds = ['MIGRATION', 'PARITY', 'DRIFT', 'BACKUP_DRILL', 'RELEASE_GATE', 'REFRESH'] as const
    const ids: string[] = [encodeGlobalId('ContentVersion', '1')]
    const adminTypes = nodeTypes.slice(nodeTypes.indexOf('MigrationRun'))
    for (const [at, kind] of kinds.entries()) {
      const head = { kind, operation: 'x', name: 'x', mode: 'dry-run' } as const
      const { runId } = await recordRun(ctx, head, () => Promise.resolve({}))
      ids.push(encodeGlobalId(adminTypes[at]!, runId!))
    }
    const operation = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }'
    const { body } = await api.server.ask(operation, { ids })
    expect(body.data).toEqual({ nodes: ids.map(() => null) })
    const { body: editor } = await api.askAs('EDITOR', operation, { ids: ids.slice(1) })
    expect(editor.data).toEqual({ nodes: ids.slice(1).map(() => null) })
    const { body: operator } = await api.askAs('OPERATOR', operation, { ids: ids.slice(1) })
    expect(operator.data).toEqual({ nodes: adminTypes.map((name) => ({ __typename: name })) })
  })

  test('what the schema prints is what is enforced', () => {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType)
    const printed = types.flatMap((type) => fieldsOf(type).filter((field) => roleOf(field) !== undefined))
    const isRoot = (type: GraphQLObjectType) =>
      [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type)
    const subscriptions = fieldsOf(schema.getSubscriptionType()).filter(
      (field) => roleOf(field) !== undefined,
    )
    const previews = ['MediaObject', 'MediaDerivative'].map((name) => `${name}.previewUrl`)
    const inside = types.flatMap((type) =>
      fieldsOf(type).flatMap((field) =>
        roleOf(field) !== undefined && !isRoot(type) ? [`${type.name}.${field.name}`] : [],
      ),
    )
    // Tested in media-mutations.test.ts.
    expect(inside.toSorted()).toEqual(previews.toSorted())
    expect(printed.length).toBe(guarded.length + subscriptions.length + previews.length)
  })
})
