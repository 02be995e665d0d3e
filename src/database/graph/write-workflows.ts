import type { WorkflowContent } from '../../domain/graph/graph-content.ts'
import type { GraphCounts } from './counts.ts'
import type { WriteContext } from './writer-context.ts'
import { deleteRows, mergeTable, nextRevision } from '../tables/merge-table.ts'
import { keyType, stageRows } from '../tables/stage-rows.ts'

const workflowColumns = { slug: keyType, title: 'text', summary: 'text', status: 'kb_publication_status' }
const stepColumns = {
  workflow_slug: keyType,
  position: 'integer',
  title: 'text',
  body: 'text',
  entity_slug: keyType,
  media_key: keyType,
  attributes: 'jsonb',
}
const dependencyColumns = { workflow_slug: keyType, position: 'integer', depends_on: 'integer' }

export async function writeWorkflows(
  { client }: WriteContext,
  workflows: readonly WorkflowContent[],
): Promise<GraphCounts> {
  await stageWorkflows(client, workflows)
  const written = await mergeTable(client, {
    table: 'kb_workflows',
    from: 'pg_temp.kb_stage_workflows',
    key: ['slug'],
    columns: ['title', 'summary', 'status'],
    onUpdate: nextRevision('kb_workflows'),
  })
  const owned = `t.workflow_id IN (SELECT w.id FROM kb_workflows w JOIN pg_temp.kb_stage_workflows s USING (slug))`
  const steps = `SELECT w.id AS workflow_id, s.position, s.title, s.body, e.id AS entity_id, m.id AS media_id, s.attributes
    FROM pg_temp.kb_stage_steps s JOIN kb_workflows w ON w.slug = s.workflow_slug
    LEFT JOIN kb_entities e ON e.slug = s.entity_slug LEFT JOIN kb_media_objects m ON m.key = s.media_key`
  const deletedSteps = await deleteRows(
    client,
    'kb_workflow_steps',
    `${owned} AND NOT EXISTS (SELECT 1 FROM (${steps}) s WHERE s.workflow_id = t.workflow_id AND s.position = t.position)`,
  )
  const mergedSteps = await mergeTable(client, {
    table: 'kb_workflow_steps',
    from: `(${steps})`,
    key: ['workflow_id', 'position'],
    columns: ['title', 'body', 'entity_id', 'media_id', 'attributes'],
  })
  const dependencies = `SELECT a.id AS step_id, b.id AS depends_on_id FROM pg_temp.kb_stage_dependencies s
    JOIN kb_workflows w ON w.slug = s.workflow_slug JOIN kb_workflow_steps a ON a.workflow_id = w.id AND a.position = s.position
    JOIN kb_workflow_steps b ON b.workflow_id = w.id AND b.position = s.depends_on`
  const deletedDependencies = await deleteRows(
    client,
    'kb_workflow_step_dependencies',
    `t.step_id IN (SELECT t.id FROM kb_workflow_steps t WHERE ${owned})
     AND NOT EXISTS (SELECT 1 FROM (${dependencies}) s WHERE s.step_id = t.step_id AND s.depends_on_id = t.depends_on_id)`,
  )
  const mergedDependencies = await mergeTable(client, {
    table: 'kb_workflow_step_dependencies',
    from: `(${dependencies})`,
    key: ['step_id', 'depends_on_id'],
    columns: [],
  })
  return {
    kb_workflows: written,
    kb_workflow_steps: { ...mergedSteps, deleted: deletedSteps },
    kb_workflow_step_dependencies: { ...mergedDependencies, deleted: deletedDependencies },
  }
}

async function stageWorkflows(
  client: WriteContext['client'],
  workflows: readonly WorkflowContent[],
): Promise<void> {
  const steps = workflows.flatMap(({ slug, steps }) =>
    steps.map((step) => [
      slug,
      step.position,
      step.title,
      step.body,
      step.entity,
      step.media,
      JSON.stringify(step.attributes),
    ]),
  )
  const dependencies = workflows.flatMap(({ slug, steps }) =>
    steps.flatMap(({ position, dependsOn }) => dependsOn.map((other) => [slug, position, other])),
  )
  const rows = workflows.map(({ slug, title, summary, status }) => [slug, title, summary, status])
  await stageRows(client, 'kb_stage_workflows', workflowColumns, rows)
  await stageRows(client, 'kb_stage_steps', stepColumns, steps)
  await stageRows(client, 'kb_stage_dependencies', dependencyColumns, dependencies)
}
