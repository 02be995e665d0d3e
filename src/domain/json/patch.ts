import { canonicalJson } from './canonical-json.ts'
import { InvalidContentError, type ContentIssue } from '../constellation/content-issue.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './value.ts'
import { isListIndex, parsePointer } from './pointer.ts'

export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string }

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test']

/**
 * Applies an RFC 6902 patch atomically, without changing the document. (rfc6902's `applyPatch` loses members
 * named `__proto__` and mishandles `constructor`.)
 * @throws InvalidContentError with pointers into the patch: every malformed operation, or the first that
 * fails
 */
export function applyJsonPatch(document: JsonValue, patch: JsonValue): JsonValue {
  return readPatch(patch).reduce<JsonValue>((value, operation, index) => {
    try {
      return apply(value, operation)
    } catch (error) {
      if (!(error instanceof PatchFault)) throw error
      const pointer = `/${index}/${error.part}`
      throw new InvalidContentError([{ pointer, message: error.message, rule: 'patch.applies' }])
    }
  }, document)
}

function readPatch(patch: JsonValue): readonly PatchOperation[] {
  if (!Array.isArray(patch))
    throw new InvalidContentError([
      { pointer: '', message: 'a patch is a list of operations (RFC 6902)', rule: 'patch.list' },
    ])
  const given = patch as readonly JsonValue[]
  const issues = given.flatMap((operation, index) => faultsOf(operation, `/${index}`))
  if (issues.length > 0) throw new InvalidContentError(issues)
  return given as unknown as readonly PatchOperation[]
}

function faultsOf(operation: JsonValue, pointer: string): ContentIssue[] {
  const rule = 'patch.operation'
  if (!isJsonObject(operation)) return [{ pointer, message: 'an operation is an object', rule }]
  const { op } = operation
  if (typeof op !== 'string' || !operations.includes(op))
    return [{ pointer: `${pointer}/op`, message: 'is no operation of RFC 6902', rule, allowed: operations }]
  const pointers = op === 'move' || op === 'copy' ? ['path', 'from'] : ['path']
  const issues: ContentIssue[] = pointers
    .filter((name) => !isPointer(operation[name]))
    .map((name) => ({
      pointer: `${pointer}/${name}`,
      message: `\`${name}\` must be a JSON pointer (RFC 6901)`,
      rule,
    }))
  if (['add', 'replace', 'test'].includes(op) && !Object.hasOwn(operation, 'value'))
    issues.push({ pointer, message: `the operation \`${op}\` needs a \`value\``, rule })
  return issues
}

function isPointer(value: unknown): boolean {
  return typeof value === 'string' && /^(\/([^~]|~[01])*)?$/.test(value)
}

/** Why an operation does not apply, and the member at fault. */
class PatchFault extends Error {
  readonly part: 'path' | 'from' | 'value'

  constructor(part: PatchFault['part'], message: string) {
    super(message)
    this.part = part
  }
}

function apply(document: JsonValue, operation: PatchOperation): JsonValue {
  const { op, path } = operation
  switch (op) {
    case 'add':
      return add(document, path, operation.value)
    case 'remove':
      return remove(document, path, 'path')
    case 'replace':
      find(document, path, 'path')
      return path === ''
        ? operation.value
        : edit(document, path, (parent, step) => put(parent, step, operation.value))
    case 'copy':
      return add(document, path, find(document, operation.from, 'from'))
    case 'move': {
      const value = find(document, operation.from, 'from')
      if (path.startsWith(`${operation.from}/`))
        throw new PatchFault('path', 'a value cannot be moved into a part of itself')
      return path === operation.from ? document : add(remove(document, operation.from, 'from'), path, value)
    }
    case 'test': {
      const found = find(document, path, 'path')
      if (canonicalJson(found) !== canonicalJson(operation.value))
        throw new PatchFault('value', `the value at ${path === '' ? 'the root' : path} is another`)
      return document
    }
  }
}

function find(document: JsonValue, path: string, part: 'path' | 'from'): JsonValue {
  return parsePointer(path).reduce<JsonValue>((value, step) => member(value, step, part, path), document)
}

function member(container: JsonValue, step: string, part: 'path' | 'from', path: string): JsonValue {
  if (Array.isArray(container) && isListIndex(step)) {
    const item = (container as readonly JsonValue[])[Number(step)]
    if (item !== undefined) return item
  }
  if (isJsonObject(container) && Object.hasOwn(container, step)) return container[step]!
  throw new PatchFault(part, `there is nothing at ${path}`)
}

function add(document: JsonValue, path: string, value: JsonValue): JsonValue {
  if (path === '') return value
  return edit(document, path, (parent, step) => {
    if (!Array.isArray(parent)) return put(parent, step, value)
    const list = parent as readonly JsonValue[]
    const index = step === '-' ? list.length : isListIndex(step) ? Number(step) : Number.NaN
    if (!(index <= list.length))
      throw new PatchFault('path', `${path} is no place in a list of ${list.length}`)
    return list.toSpliced(index, 0, value)
  })
}

function remove(document: JsonValue, path: string, part: 'path' | 'from'): JsonValue {
  if (path === '') throw new PatchFault(part, 'the whole document cannot be removed')
  find(document, path, part)
  return edit(document, path, (parent, step) => {
    if (Array.isArray(parent)) return (parent as readonly JsonValue[]).toSpliced(Number(step), 1)
    return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== step))
  })
}

/** A copy of the document with the container at the end of a path replaced. */
function edit(
  document: JsonValue,
  path: string,
  change: (parent: readonly JsonValue[] | JsonObject, step: string) => JsonValue,
): JsonValue {
  const steps = parsePointer(path)
  const go = (value: JsonValue, at: number): JsonValue => {
    if (!Array.isArray(value) && !isJsonObject(value))
      throw new PatchFault('path', `there is nothing at ${path}`)
    const step = steps[at]!
    const container = value as readonly JsonValue[] | JsonObject
    if (at === steps.length - 1) return change(container, step)
    return put(container, step, go(member(container, step, 'path', path), at + 1))
  }
  return go(document, 0)
}

/** A copy with one member set; entries define own members, so `__proto__` is safe. */
function put(container: readonly JsonValue[] | JsonObject, step: string, value: JsonValue): JsonValue {
  if (Array.isArray(container)) return (container as readonly JsonValue[]).with(Number(step), value)
  if (step !== '__proto__') return { ...container, [step]: value }
  return Object.fromEntries([...Object.entries(container).filter(([name]) => name !== step), [step, value]])
}
