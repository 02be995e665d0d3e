import type {
  DateTimeFilter,
  FloatFilter,
  IntFilter,
  KeyFilter,
  StringFilter,
} from '../../domain/graph/filter.ts'
import { foldText } from '../../domain/text/fold.ts'
import { textToMicros } from '../columns/micros.ts'

/** Null where a filter does not restrict. */
export type Test<Value> = (value: Value) => boolean

export function allTests<Value>(tests: readonly (Test<Value> | null)[]): Test<Value> | null {
  const given = tests.filter((test) => test !== null)
  const [first, second] = given
  if (first === undefined) return null
  if (second === undefined) return first
  if (given.length === 2) return (value) => first(value) && second(value)
  return (value) => given.every((test) => test(value))
}

/** Two-valued logic: null equals nothing, so `ne` and `notIn` match it. */
export function keyTest(filter: KeyFilter | null | undefined): Test<string | null> | null {
  if (!filter) return null
  const { eq, ne, in: among, notIn, startsWith } = filter
  const some = among != null ? new Set(among) : null
  const none = notIn != null ? new Set(notIn) : null
  return allTests<string | null>([
    eq != null ? (value) => value === eq : null,
    ne != null ? (value) => value !== ne : null,
    some && ((value) => value !== null && some.has(value)),
    none && ((value) => value === null || !none.has(value)),
    startsWith != null ? (value) => value?.startsWith(startsWith) === true : null,
  ])
}

/** A text and its folded form, which is computed lazily if costly. */
export interface Foldable {
  readonly text: string | null
  readonly folded: () => string | null
}

export function stringTest(filter: StringFilter | null | undefined): Test<Foldable> | null {
  if (!filter) return null
  const { contains, containsInsensitive, isNull } = filter
  const asKey = keyTest(filter)
  const words = containsInsensitive != null ? foldText(containsInsensitive) : null
  return allTests<Foldable>([
    asKey && (({ text }) => asKey(text)),
    contains != null ? ({ text }) => text?.includes(contains) === true : null,
    words !== null ? ({ folded }) => folded()?.includes(words) === true : null,
    isNull != null ? ({ text }) => (text === null) === isNull : null,
  ])
}

type Comparable<Value> = { readonly [Name in 'eq' | 'lt' | 'lte' | 'gt' | 'gte']?: Value | null | undefined }

/** Comparisons of a number; NaN stands for null and never matches. */
function comparisons({ eq, lt, lte, gt, gte }: Comparable<number>): (Test<number> | null)[] {
  return [
    eq != null ? (value) => value === eq : null,
    lt != null ? (value) => value < lt : null,
    lte != null ? (value) => value <= lte : null,
    gt != null ? (value) => value > gt : null,
    gte != null ? (value) => value >= gte : null,
  ]
}

function nullTest(isNull: boolean | null | undefined): Test<number> | null {
  return isNull == null ? null : (value) => Number.isNaN(value) === isNull
}

export function intTest(filter: IntFilter | null | undefined): Test<number> | null {
  if (!filter) return null
  const { ne, in: among, isNull } = filter
  const some = among != null ? new Set(among) : null
  return allTests<number>([
    ...comparisons(filter),
    ne != null ? (value) => value !== ne : null,
    some && ((value) => some.has(value)),
    nullTest(isNull),
  ])
}

export function floatTest(filter: FloatFilter | null | undefined): Test<number> | null {
  return filter ? allTests([...comparisons(filter), nullTest(filter.isNull)]) : null
}

/** Tests microseconds since 1970. */
export function dateTimeTest(filter: DateTimeFilter | null | undefined): Test<number> | null {
  if (!filter) return null
  const { isNull, ...bounds } = filter
  const micros = Object.fromEntries(
    Object.entries(bounds).map(([name, text]) => [name, text == null ? null : textToMicros(text)]),
  )
  return allTests([...comparisons(micros), nullTest(isNull)])
}
