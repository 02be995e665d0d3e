import { diffJson } from '../../domain/json/diff.ts'
import type { PatchOperation } from '../../domain/json/patch.ts'
import type { JsonObject, JsonValue } from '../../domain/json/value.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import type { TableColumn } from './table-shape.ts'

type Column = Pick<TableColumn, 'name' | 'type'>

/** One difference between two states of a subject. `patch` is RFC 6902, from left to right. */
export interface Difference {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: string
  readonly subjectKey: string
  readonly patch: readonly PatchOperation[]
}

export type RowTexts = readonly (string | null)[]

const subjectTypes: Readonly<Record<string, string>> = {
  kb_entities: 'Entity',
  kb_edges: 'GraphEdge',
  kb_kinds: 'EntityKind',
  kb_relations: 'Relation',
  kb_domains: 'Domain',
  kb_media_objects: 'MediaObject',
  kb_media_derivatives: 'MediaDerivative',
  kb_workflows: 'Workflow',
  kb_workflow_steps: 'WorkflowStep',
  kb_provenance_runs: 'ProvenanceRun',
  kb_entity_sources: 'EntitySource',
  admin_content_state: 'ContentState',
  admin_history: 'ContentVersion',
}

export function subjectTypeOf(table: string): string {
  return subjectTypes[table] ?? table
}

/** @param left null if the row exists only on the right, and vice versa */
export function compareRows(
  subject: { readonly table: string; readonly key: readonly string[] },
  columns: readonly Column[],
  left: RowTexts | null,
  right: RowTexts | null,
): Difference {
  const head = { subjectType: subjectTypeOf(subject.table), subjectKey: subject.key.join('|') }
  if (left === null && right !== null) {
    const value = toObject(columns, right)
    return { operation: 'ADDED', ...head, patch: [{ op: 'add', path: '', value }] }
  }
  if (left === null || right === null)
    return { operation: 'REMOVED', ...head, patch: [{ op: 'remove', path: '' }] }
  const { patch } = diffJson(toObject(columns, left), toObject(columns, right))
  return {
    operation: 'CHANGED',
    ...head,
    patch: [...patch, ...untold()],
  }

  /** Integers beyond 2^53 may be equal in JavaScript although their texts differ. */
  function untold(): PatchOperation[] {
    return columns.flatMap(({ name }, at) => {
      const path = `/${name}`
      const isTold = patch.some(
        (operation) => operation.path === path || operation.path.startsWith(`${path}/`),
      )
      if (isTold || left?.[at] === right?.[at]) return []
      return [{ op: 'replace' as const, path, value: right?.[at] ?? null }]
    })
  }
}

function toObject(columns: readonly Column[], texts: RowTexts): JsonObject {
  return Object.fromEntries(columns.map(({ name, type }, at) => [name, toJson(type, texts[at] ?? null)]))
}

function toJson(type: string, text: string | null): JsonValue {
  if (text === null) return null
  if (type === 'jsonb' || type === 'json' || type.endsWith('[]')) return JSON.parse(text) as JsonValue
  if (type === 'boolean') return text === 'true'
  if (type === 'integer' || type === 'smallint' || type === 'real' || type === 'double precision') {
    const number = Number(text)
    return Number.isFinite(number) ? number : text
  }
  if (type.startsWith('timestamp') && type.endsWith('with time zone') && /^\d{4}-/.test(text))
    return toRfc3339(text)
  return text
}
