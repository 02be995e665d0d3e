import type { AttributeFilter } from '../../domain/graph/filter.ts'
import { followPath, parsePointer } from '../../domain/json/pointer.ts'
import { allTests, type Test } from './value-tests.ts'

/** Like PostgreSQL's jsonb: member order is ignored, numbers are equal by value. */
export function attributeTest(filters: readonly AttributeFilter[] | null | undefined): Test<unknown> | null {
  return allTests((filters ?? []).map(one))
}

function one(filter: AttributeFilter): Test<unknown> | null {
  const path = parsePointer(filter.pointer)
  const { exists, eq, in: among, contains, gt, lt } = filter
  const test = allTests<unknown>([
    exists != null ? (value) => (value !== undefined) === exists : null,
    eq !== undefined ? (value) => value !== undefined && isEqual(value, eq) : null,
    among != null ? (value) => value !== undefined && among.some((item) => isEqual(value, item)) : null,
    contains !== undefined ? (value) => value !== undefined && doesContain(value, contains) : null,
    gt != null ? (value) => typeof value === 'number' && value > gt : null,
    lt != null ? (value) => typeof value === 'number' && value < lt : null,
  ])
  return test && ((root) => test(followPath(root, path)))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEqual(left: unknown, right: unknown): boolean {
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => isEqual(item, (right as unknown[])[index]))
    )
  if (!isObject(left)) return left === right
  if (!isObject(right)) return false
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
  )
}

function doesContain(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) {
    const items = whole as unknown[]
    if (Array.isArray(part)) return part.every((wanted) => items.some((item) => isContained(item, wanted)))
    // At the top level a list also contains a scalar that is among its items.
    return !isObject(part) && items.some((item) => isEqual(item, part))
  }
  return isContained(whole, part)
}

function isContained(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) return Array.isArray(part) && doesContain(whole, part)
  if (!isObject(whole)) return !isObject(part) && !Array.isArray(part) && whole === part
  return (
    isObject(part) &&
    Object.entries(part).every(
      ([name, wanted]) => Object.hasOwn(whole, name) && isContained(whole[name], wanted),
    )
  )
}
