import type { ContentIssue } from '../constellation/content-issue.ts'
import { pointerTo } from '../json/value.ts'
import { attributesIssues, titleIssues, valueIssues } from '../text/text-issues.ts'

export interface WorkflowDraft {
  readonly title: string
  readonly summary?: string | null | undefined
  readonly steps: readonly StepDraft[]
}
export interface StepDraft {
  readonly title: string
  readonly body?: string | null | undefined
  readonly dependsOn: readonly number[]
  readonly attributes?: unknown
}

export const mostSteps = 200

/** Every problem of a workflow, with pointers. Steps must not depend on each other in a cycle. */
export function validateWorkflow(workflow: WorkflowDraft): ContentIssue[] {
  const { title, summary, steps } = workflow
  const issues = [
    ...titleIssues(title, '/title'),
    ...valueIssues(summary ?? null, '/summary'),
    ...steps.flatMap((step, index) => stepIssues(step, `/steps/${index}`, index, steps.length)),
  ]
  if (steps.length > mostSteps)
    issues.push({
      pointer: '/steps',
      message: `a workflow has ${mostSteps} steps at most`,
      rule: 'workflow.steps',
      allowed: mostSteps,
    })
  const circle = findCircle(steps)
  if (circle !== null)
    issues.push({
      pointer: `/steps/${circle[0]}/dependsOn`,
      message: `steps ${circle.join(' -> ')} -> ${circle[0]} wait for one another`,
      rule: 'workflow.cycle',
    })
  return issues
}

function stepIssues(step: StepDraft, pointer: string, index: number, count: number): ContentIssue[] {
  const { title, body, dependsOn, attributes } = step
  const isStep = (other: number) => Number.isInteger(other) && other >= 0 && other < count && other !== index
  return [
    ...titleIssues(title, `${pointer}/title`),
    ...valueIssues(body ?? null, `${pointer}/body`),
    ...attributesIssues(attributes, `${pointer}/attributes`),
    ...dependsOn.flatMap((other, place) =>
      isStep(other)
        ? []
        : [
            {
              pointer: pointerTo(`${pointer}/dependsOn`, place),
              message:
                other === index
                  ? 'a step cannot wait for itself'
                  : `there is no step ${other}; they count from 0`,
              rule: 'workflow.step-known',
              allowed: { from: 0, to: count - 1 },
            },
          ],
    ),
  ]
}

/** The first cycle of steps, by depth-first search; null if none. */
function findCircle(steps: readonly StepDraft[]): number[] | null {
  const state = new Map<number, 'open' | 'done'>()
  for (const start of steps.keys()) {
    const way: { readonly step: number; next: number }[] = [{ step: start, next: 0 }]
    if (state.has(start)) continue
    state.set(start, 'open')
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const other = steps[top.step]?.dependsOn[top.next++]
      if (other === undefined) {
        state.set(top.step, 'done')
        way.pop()
      } else if (other === top.step || steps[other] === undefined) continue
      else if (state.get(other) === 'open')
        return way.slice(way.findIndex(({ step }) => step === other)).map(({ step }) => step)
      else if (!state.has(other)) {
        state.set(other, 'open')
        way.push({ step: other, next: 0 })
      }
    }
  }
  return null
}
