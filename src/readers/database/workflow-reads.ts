import sql, { raw, type Sql } from 'sql-template-tag'
import type { WorkflowFilter } from '../../domain/graph/filter.ts'
import type { StepRecord, WorkflowReader, WorkflowRecord } from '../workflow-reader.ts'
import { plainListLimit } from '../plain-list.ts'
import { allOf, parentKey, readByKey, readPerParent, type Batch } from './sql/batch.ts'
import { keyConditions, stringConditions } from './sql/conditions.ts'
import { entityConditions } from './sql/entity-conditions.ts'
import type { OrderTerm } from './sql/keyset.ts'
import { countList, countListOf, readList, readListOf, type SimpleList } from './sql/simple-list.ts'
import type { RunStatement } from './sql/statement.ts'
import { visible } from './sql/view.ts'

export const workflowColumns = sql`w.id, w.slug, w.title, w.summary, w.status, w.revision`
export const stepColumns = sql`st.id, st.workflow_id AS "workflowId", st.position, st.title, st.body, st.entity_id AS "entityId", st.media_id AS "mediaId", st.attributes`
const isVisible = visible('w')
const bySlug: OrderTerm = { expression: sql`w.slug`, type: 'text', direction: 'ASC' }
const visibleSteps = sql`kb_workflow_steps st JOIN kb_workflows w ON w.id = st.workflow_id AND ${visible('w')}`

function workflowList(conditions: Sql[]): SimpleList {
  return {
    columns: workflowColumns,
    from: sql`kb_workflows w`,
    terms: [bySlug],
    conditions: [isVisible, ...conditions],
  }
}

function workflowConditions(filter: WorkflowFilter | null): Sql[] {
  if (!filter) return []
  const { status, entity } = filter
  return [
    ...keyConditions(sql`w.slug`, filter.slug),
    ...stringConditions(sql`w.title`, filter.title),
    ...(status ? [sql`w.status = ANY(${[...status]}::kb_publication_status[])`] : []),
    ...(entity
      ? [
          sql`EXISTS (SELECT FROM kb_workflow_steps x JOIN kb_entities e ON e.id = x.entity_id AND ${visible('e')} WHERE ${allOf([sql`x.workflow_id = w.id`, ...entityConditions(entity)])})`,
        ]
      : []),
  ]
}

const workflowsOfParent = workflowList([
  sql`w.id IN (SELECT x.workflow_id FROM kb_workflow_steps x WHERE x.entity_id = ${parentKey})`,
])

export function createWorkflowReads(run: RunStatement, batch: Batch): WorkflowReader {
  return {
    workflow(lookup) {
      const [column, type, key] =
        lookup.by === 'id' ? ['id', 'uuid', lookup.id] : ['slug', 'text', lookup.slug]
      return batch(`workflow ${lookup.by}`, key, (keys) =>
        readByKey<WorkflowRecord & { batch_key: string }>(keys, (unique) =>
          run(
            sql`SELECT w.${raw(column)} AS batch_key, ${workflowColumns} FROM kb_workflows w WHERE ${isVisible} AND w.${raw(column)} = ANY(${unique}::${raw(type)}[])`,
          ),
        ),
      )
    },
    workflows: (where, page) => readList<WorkflowRecord>(run, workflowList(workflowConditions(where)), page),
    countWorkflows: (where) => countList(run, workflowList(workflowConditions(where))),
    workflowsOf: (entityId, page) =>
      readListOf<WorkflowRecord>(run, batch, 'workflowsOf', entityId, workflowsOfParent, page),
    countWorkflowsOf: (entityId) => countListOf(run, batch, 'workflowsOf', entityId, workflowsOfParent),
    step: (id) =>
      batch('step', id, (ids) =>
        readByKey<StepRecord & { batch_key: string }>(ids, (unique) =>
          run(
            sql`SELECT st.id AS batch_key, ${stepColumns} FROM ${visibleSteps} WHERE st.id = ANY(${unique}::uuid[])`,
          ),
        ),
      ),
    stepsOf: (workflowId) =>
      batch('stepsOf', workflowId, (ids) =>
        readPerParent<StepRecord>(
          run,
          'uuid',
          ids,
          sql`SELECT ${stepColumns} FROM kb_workflow_steps st WHERE st.workflow_id = ${parentKey} ORDER BY st.position LIMIT ${plainListLimit + 1}`,
        ),
      ),
    dependenciesOf: (stepId) =>
      batch('dependenciesOf', stepId, (ids) =>
        readPerParent<StepRecord>(
          run,
          'uuid',
          ids,
          sql`SELECT ${stepColumns} FROM kb_workflow_step_dependencies y JOIN ${visibleSteps} ON st.id = y.depends_on_id WHERE y.step_id = ${parentKey} ORDER BY st.position LIMIT ${plainListLimit + 1}`,
        ),
      ),
  }
}
