import { canonicalJson } from '../json/canonical-json.ts'
import { normalizeConstellation } from './constellation.ts'
import type { ContentIssue } from './content-issue.ts'
import { isJsonObject, maximumJsonDepth, pointerTo, type JsonObject } from '../json/value.ts'

/** In bytes of canonical JSON. */
export const maximumStateSize = 8 * 1024 * 1024

const constellationLists = ['nodes', 'edges', 'links', 'domains']

/** Everything that prevents a value from being saved as a content state. */
export function validateContent(state: unknown): ContentIssue[] {
  const issues = findValueIssues(state)
  if (!isJsonObject(state)) {
    if (issues.length === 0)
      issues.push({ pointer: '', message: 'a content state is a JSON object', rule: 'state.object' })
    return issues
  }
  issues.push(...findConstellationIssues(state))
  if (issues.length > 0) return issues
  const size = Buffer.byteLength(canonicalJson(state))
  if (size <= maximumStateSize) return []
  const message = `the state has ${size} bytes of canonical JSON; at most ${maximumStateSize} are allowed`
  return [{ pointer: '', message, rule: 'state.size', allowed: maximumStateSize }]
}

/** What the backfill would drop from a saveable state: advice, not errors. */
export function adviseOnBackfill(state: JsonObject): ContentIssue[] {
  if (state['constellation'] === undefined) return []
  return normalizeConstellation(state['constellation']).refused.map(({ pointer, reason }) => ({
    pointer: `/constellation${pointer}`,
    message: `the backfill would leave this out: ${reason}`,
    rule: 'backfill.refused',
  }))
}

/** Everything in a value that JSON, Postgres or other JSON readers cannot store. */
export function findValueIssues(value: unknown): ContentIssue[] {
  const issues: ContentIssue[] = []
  walk(value, '', 0, issues)
  return issues
}

function walk(value: unknown, pointer: string, depth: number, issues: ContentIssue[]): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') checkText(value, pointer, issues)
  else if (typeof value === 'number') checkNumber(value, pointer, issues)
  else if (!Array.isArray(value) && !isJsonObject(value))
    issues.push({ pointer, message: `${typeof value} is not a JSON value`, rule: 'json.value' })
  else if (depth === maximumJsonDepth)
    issues.push({
      pointer,
      message: `nested deeper than ${maximumJsonDepth}`,
      rule: 'json.depth',
      allowed: maximumJsonDepth,
    })
  else if (Array.isArray(value))
    value.forEach((item, at) => walk(item, pointerTo(pointer, at), depth + 1, issues))
  else
    for (const [name, member] of Object.entries(value)) {
      const place = pointerTo(pointer, name)
      checkText(name, place, issues)
      walk(member, place, depth + 1, issues)
    }
}

function checkText(text: string, pointer: string, issues: ContentIssue[]): void {
  if (!text.isWellFormed())
    issues.push({
      pointer,
      message: 'text with a lone surrogate is not well-formed Unicode',
      rule: 'text.surrogate',
    })
  if (text.includes('\0'))
    issues.push({ pointer, message: 'text with NUL (U+0000) cannot be stored', rule: 'text.nul' })
}

/**
 * Whether an integer survived parsing is checked where the text is: by `parseJson`, and where HTTP is read.
 */
function checkNumber(number: number, pointer: string, issues: ContentIssue[]): void {
  if (!Number.isFinite(number))
    issues.push({ pointer, message: `${number} is not a JSON number`, rule: 'number.finite' })
}

function findConstellationIssues(state: JsonObject): ContentIssue[] {
  const payload = state['constellation']
  if (payload === undefined) return []
  if (isJsonObject(payload)) return constellationLists.flatMap((list) => findListIssues(payload, list))
  const message = '`constellation` is an object of lists'
  return [{ pointer: '/constellation', message, rule: 'constellation.object' }]
}

function findListIssues(payload: JsonObject, list: string): ContentIssue[] {
  const items = payload[list]
  const pointer = pointerTo('/constellation', list)
  if (items === undefined || items === null) return []
  if (!Array.isArray(items) && !isJsonObject(items)) {
    const message = `\`${list}\` is a list of objects, or an object of them by id`
    return [{ pointer, message, rule: 'constellation.list' }]
  }
  // A text stands for an item that has only its id.
  return Object.entries(items)
    .filter(([, item]) => !isJsonObject(item) && typeof item !== 'string')
    .map(([name]) => ({
      pointer: pointerTo(pointer, name),
      message: `an item of \`${list}\` is an object`,
      rule: 'constellation.item',
    }))
}
