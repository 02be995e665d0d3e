import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validateWorkflow } from '../../../src/domain/graph/validate-workflow.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const mutation = `mutation ($input: SaveWorkflowInput!) { saveWorkflow(input: $input) {
  __typename
  ... on SaveWorkflowSuccess { workflow { id slug status revision steps { title entity { slug } media { key } dependsOn { position } attributes } } }
  ... on ValidationError { issues { pointer rule } }
  ... on ConflictError { expectedRevision currentRevision current { id } }
  ... on UserError { code message }
} }`
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const save = async (input: object): Promise<any> =>
  (await api.askAs('EDITOR', mutation, { input })).body.data!['saveWorkflow']
const audits = async () =>
  (
    await api.database.pool.query<{ target_key: string; before_hash: string | null; after_hash: string }>(
      `SELECT target_key, before_hash, after_hash FROM admin_audit WHERE operation = 'saveWorkflow' ORDER BY id`,
    )
  ).rows

describe('saving a workflow', () => {
  const steps = [
    { title: 'Pack', entity: { slug: 'spain' } },
    { title: 'Go', dependsOn: [0], attributes: { by: 'train' } },
  ]

  test('creates, changes, or leaves it alone if nothing differs', async () => {
    const made = await save({ slug: 'a-trip', title: 'A trip', steps })
    expect(made).toMatchObject({
      __typename: 'SaveWorkflowSuccess',
      workflow: {
        slug: 'a-trip',
        status: 'PUBLISHED',
        revision: 1,
        steps: [
          { title: 'Pack', entity: { slug: 'spain' }, dependsOn: [] },
          { title: 'Go', entity: null, dependsOn: [{ position: 0 }], attributes: { by: 'train' } },
        ],
      },
    })
    const same = await save({ slug: 'a-trip', expectedRevision: 1, title: 'A trip', steps })
    expect(same.workflow.revision).toBe(1)
    const changed = await save({
      slug: 'a-trip',
      expectedRevision: 1,
      title: 'A trip',
      steps: steps.slice(0, 1),
    })
    expect(changed.workflow).toMatchObject({ revision: 2, steps: [{ title: 'Pack' }] })
    const rows = await audits()
    expect(rows).toMatchObject([
      { target_key: 'a-trip', before_hash: null },
      { target_key: 'a-trip', before_hash: rows[0]!.after_hash },
    ])
  })

  test('reports a conflict with a newer revision and shows it', async () => {
    await save({ slug: 'b-trip', title: 'B', steps: [] })
    await save({ slug: 'b-trip', expectedRevision: 1, title: 'B2', steps: [] })
    expect(await save({ slug: 'b-trip', expectedRevision: 1, title: 'B3', steps: [] })).toMatchObject({
      code: 'CONFLICT',
      expectedRevision: 1,
      currentRevision: 2,
      current: { id: expect.any(String) },
    })
    expect(await save({ slug: 'b-trip', title: 'B4', steps: [] })).toMatchObject({ code: 'CONFLICT' })
    expect(await save({ slug: 'no-trip', expectedRevision: 1, title: 'N', steps: [] })).toMatchObject({
      issues: [{ pointer: '/slug', rule: 'workflow.known' }],
    })
  })

  test('reports every problem at once and writes nothing', async () => {
    const refused = await save({
      slug: 'c-trip',
      title: ' ',
      steps: [
        { title: 'x', dependsOn: [1, 7] },
        { title: '', dependsOn: [0], entity: { slug: 'atlantis' }, attributes: [] },
        { title: 'z', media: { key: 'no-such' } },
      ],
    })
    expect(refused.issues).toEqual([
      { pointer: '/title', rule: 'title.blank' },
      { pointer: '/steps/0/dependsOn/1', rule: 'workflow.step-known' },
      { pointer: '/steps/1/title', rule: 'title.blank' },
      { pointer: '/steps/1/attributes', rule: 'json.object' },
      { pointer: '/steps/0/dependsOn', rule: 'workflow.cycle' },
      { pointer: '/steps/1/entity', rule: 'entity.known' },
      { pointer: '/steps/2/media', rule: 'media.known' },
    ])
    const { rows } = await api.database.pool.query(`SELECT FROM kb_workflows WHERE slug = 'c-trip'`)
    expect(rows).toEqual([])
  })
})

test('finds cycles of steps, and only real ones', () => {
  const isCircular = (steps: { dependsOn: number[] }[]) => {
    const left = new Set(steps.keys())
    for (let before = -1; before !== left.size;) {
      before = left.size
      for (const step of left)
        if (steps[step]!.dependsOn.every((other) => !left.has(other))) left.delete(step)
    }
    return left.size > 0
  }
  const workflows = fc.integer({ min: 1, max: 8 }).chain((count) =>
    fc.array(
      fc.record({
        title: fc.constant('x'),
        dependsOn: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { maxLength: 2 }),
      }),
      { minLength: count, maxLength: count },
    ),
  )
  fc.assert(
    fc.property(workflows, (drawn) => {
      const steps = drawn.map((step, index) => ({
        ...step,
        dependsOn: step.dependsOn.filter((other) => other !== index),
      }))
      const issues = validateWorkflow({ title: 'x', steps })
      expect(issues.some(({ rule }) => rule === 'workflow.cycle')).toBe(isCircular(steps))
    }),
  )
})
