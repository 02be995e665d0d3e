import type { PoolClient } from 'pg'
import {
  findEntity,
  findMediaObject,
  nameOfLookup,
  type EntityLookup,
  type MediaLookup,
} from '../../database/graph/find-subjects.ts'
import { writeWorkflows } from '../../database/graph/write-workflows.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import type { StepContent, WorkflowContent } from '../../domain/graph/graph-content.ts'
import { hashJson } from '../../domain/hash.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { refuseIssues, RefusedError } from '../../domain/refusal.ts'
import { validateWorkflow, type StepDraft } from '../../domain/graph/validate-workflow.ts'
import { mutate, type MutationContext, type MutationResult } from './mutate.ts'

export interface StepInput extends StepDraft {
  readonly entity?: EntityLookup | null | undefined
  readonly media?: MediaLookup | null | undefined
}
export interface SaveWorkflowInput {
  readonly slug: string
  /** Omitted for a new workflow. */
  readonly expectedRevision?: number | null | undefined
  readonly title: string
  readonly summary?: string | null | undefined
  readonly steps: readonly StepInput[]
}

interface Stored {
  readonly id: string
  readonly revision: number
  readonly status: WorkflowContent['status']
}

/** Saves a workflow with exactly these steps and returns its id. A new one is published at once. */
export function saveWorkflow(
  context: MutationContext,
  input: SaveWorkflowInput,
): Promise<MutationResult<string>> {
  return mutate(context, 'saveWorkflow', async (client) => {
    const { slug } = input
    const before = await readWorkflow(client, slug)
    requireExpected(input, before)
    const steps = await readSteps(client, input.steps)
    refuseIssues([...validateWorkflow(input), ...steps.issues])
    const beforeHash = before === null ? null : await hashStored(client, before.id)
    const content: WorkflowContent = {
      slug,
      title: input.title,
      summary: input.summary ?? null,
      status: before?.status ?? 'PUBLISHED',
      steps: steps.contents,
    }
    const counts = await writeWorkflows({ client }, [content])
    const { id } = (await readWorkflow(client, slug))!
    const afterHash = await hashStored(client, id)
    if (afterHash === beforeHash) return { value: id, audit: [] }
    // Steps are part of a workflow, but changing only them does not touch its own row.
    if (before !== null && counts['kb_workflows']?.updated === 0)
      await client.query(
        'UPDATE kb_workflows SET revision = revision + 1, updated_at = now() WHERE id = $1',
        [id],
      )
    return { value: id, audit: [{ targetType: 'Workflow', targetKey: slug, beforeHash, afterHash }] }
  })
}

async function readWorkflow(client: PoolClient, slug: string): Promise<Stored | null> {
  const { rows } = await client.query<Stored>(
    'SELECT id, revision, status FROM kb_workflows WHERE slug = $1',
    [slug],
  )
  return rows[0] ?? null
}

function requireExpected({ slug, expectedRevision }: SaveWorkflowInput, before: Stored | null): void {
  if (before === null) {
    if (expectedRevision == null) return
    const message = `there is no workflow ${slug}; omit expectedRevision to create it`
    refuseIssues([{ pointer: '/slug', message, rule: 'workflow.known' }])
  } else if (before.revision !== expectedRevision)
    throw new RefusedError({
      kind: 'conflict',
      message:
        expectedRevision == null
          ? `The workflow ${slug} already exists; pass its revision as expectedRevision to change it.`
          : `The workflow ${slug} is at revision ${before.revision}, not ${expectedRevision} as expected; read it again. Nothing was changed.`,
      expectedRevision: expectedRevision ?? 0,
      currentRevision: before.revision,
      current: { nodeType: 'Workflow', id: before.id },
      suggestedMerge: undefined,
    })
}

async function readSteps(
  client: PoolClient,
  inputs: readonly StepInput[],
): Promise<{ readonly contents: StepContent[]; readonly issues: ContentIssue[] }> {
  const contents: StepContent[] = []
  const issues: ContentIssue[] = []
  for (const [position, step] of inputs.entries()) {
    const entity = step.entity == null ? null : await findEntity(client, step.entity)
    const media = step.media == null ? null : await findMediaObject(client, step.media)
    const missing = (field: 'entity' | 'media', what: string) => {
      const message = `there is no ${what} ${nameOfLookup(step[field]!)}`
      issues.push({ pointer: `/steps/${position}/${field}`, message, rule: `${field}.known` })
    }
    if (step.entity != null && entity === null) missing('entity', 'entity')
    if (step.media != null && media === null) missing('media', 'media object')
    contents.push({
      position,
      title: step.title,
      body: step.body ?? null,
      entity: entity?.slug ?? null,
      media: media?.key ?? null,
      dependsOn: [...new Set(step.dependsOn)],
      attributes: (step.attributes ?? {}) as JsonObject,
    })
  }
  return { contents, issues }
}

async function hashStored(client: PoolClient, id: string): Promise<string> {
  const { rows } = await client.query<{ workflow: JsonObject; steps: JsonObject[] }>(
    `SELECT jsonb_build_object('slug', w.slug, 'title', w.title, 'summary', w.summary, 'status', w.status) AS workflow,
       ARRAY(SELECT jsonb_build_object('position', s.position, 'title', s.title, 'body', s.body, 'entity', s.entity_id,
           'media', s.media_id, 'attributes', s.attributes, 'dependsOn', ARRAY(
             SELECT o.position FROM kb_workflow_step_dependencies d JOIN kb_workflow_steps o ON o.id = d.depends_on_id
             WHERE d.step_id = s.id ORDER BY o.position))
         FROM kb_workflow_steps s WHERE s.workflow_id = w.id ORDER BY s.position) AS steps
     FROM kb_workflows w WHERE w.id = $1`,
    [id],
  )
  return hashJson(rows[0])
}
