import { foldText } from '../../domain/text/fold.ts'
import type { WorkflowFilter } from '../../domain/graph/filter.ts'
import { entityTest } from '../../graph/filters/entity-filter.ts'
import { allTests, keyTest, stringTest, type Test } from '../../graph/filters/value-tests.ts'
import { plainListLimit } from '../plain-list.ts'
import type { StepRecord, WorkflowReader, WorkflowRecord } from '../workflow-reader.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { groupBy, pageOfRows, type Term } from './memory-list.ts'

const bySlug: readonly Term<WorkflowRecord>[] = [{ of: ({ slug }) => slug }]

export function createWorkflowReads(graph: MemoryGraph): WorkflowReader {
  const { nouns } = graph
  const listed = (where: WorkflowFilter | null) => {
    const test = workflowTest(graph, where)
    return test === null ? nouns.workflows : nouns.workflows.filter(test)
  }
  const about = (entityId: string) => {
    const ids = new Set(
      nouns.steps.filter((step) => step.entityId === entityId).map(({ workflowId }) => workflowId),
    )
    return nouns.workflows.filter(({ id }) => ids.has(id))
  }
  return {
    workflow: (lookup) =>
      nouns.workflows.find((workflow) =>
        lookup.by === 'id' ? workflow.id === lookup.id : workflow.slug === lookup.slug,
      ) ?? null,
    workflows: (where, page) => pageOfRows(listed(where), bySlug, page),
    countWorkflows: (where) => listed(where).length,
    workflowsOf: (entityId, page) => pageOfRows(about(entityId), bySlug, page),
    countWorkflowsOf: (entityId) => about(entityId).length,
    step: (id) => graph.derive(stepsById).get(id) ?? null,
    stepsOf: (workflowId) =>
      (graph.derive(stepsByWorkflow).get(workflowId) ?? []).slice(0, plainListLimit + 1),
    dependenciesOf: (stepId) => (graph.derive(dependencies).get(stepId) ?? []).slice(0, plainListLimit + 1),
  }
}

function stepsById({ nouns }: MemoryGraph): Map<string, StepRecord> {
  return new Map(nouns.steps.map((step) => [step.id, step]))
}

function stepsByWorkflow({ nouns }: MemoryGraph): Map<string, StepRecord[]> {
  return groupBy(nouns.steps, ({ workflowId }) => workflowId)
}

function dependencies(graph: MemoryGraph): Map<string, StepRecord[]> {
  const steps = graph.derive(stepsById)
  const groups = groupBy(graph.nouns.dependencies, ({ stepId }) => stepId)
  return new Map(
    [...groups].map(([stepId, rows]) => [
      stepId,
      rows.flatMap(({ dependsOnId }) => steps.get(dependsOnId) ?? []).sort((a, b) => a.position - b.position),
    ]),
  )
}

function workflowTest(graph: MemoryGraph, filter: WorkflowFilter | null): Test<WorkflowRecord> | null {
  if (!filter) return null
  const { status, entity } = filter
  const slug = keyTest(filter.slug)
  const title = stringTest(filter.title)
  const ofEntity = entity ? (entityTest(graph, entity) ?? (() => true)) : null
  return allTests<WorkflowRecord>([
    slug && ((workflow) => slug(workflow.slug)),
    title && ((workflow) => title({ text: workflow.title, folded: () => foldText(workflow.title) })),
    status ? (workflow) => status.includes(workflow.status) : null,
    ofEntity &&
      ((workflow) =>
        (graph.derive(stepsByWorkflow).get(workflow.id) ?? []).some(({ entityId }) => {
          const node = entityId === null ? -1 : graph.snapshot.findById(entityId)
          return node !== -1 && ofEntity(node)
        })),
  ])
}
