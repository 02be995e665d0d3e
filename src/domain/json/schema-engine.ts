import { _, str, type FuncKeywordDefinition } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { canonicalJson } from './canonical-json.ts'
import { isMultipleOf } from './exact-number.ts'
import { compilePattern } from './linear-pattern.ts'
import { parseMoment } from '../timestamp.ts'
import { spend } from '../work.ts'

/** What a subschema costs each time that it is looked at, beside what it looks at. */
export const costKeyword = 'kb:cost'

/** The values of `enum` or `const`, which are found at once however many they are. */
export class ValueSet {
  readonly values: readonly unknown[]
  readonly #texts: ReadonlySet<string>

  constructor(values: readonly unknown[]) {
    this.values = values
    this.#texts = new Set(values.map(canonicalJson))
  }

  has(value: unknown): boolean {
    return this.#texts.has(textOf(value))
  }
}

/** Formats name short texts. A longer one is none, so that no format of the library can go back and forth in it for long. */
const longestFormatted = 2048
/** Of any length; they are no more than hints. */
const freeFormats = new Set(['password', 'binary'])

/**
 * A JSON Schema (2020-12) compiler whose schemas hold no thread, whatever they say and whatever they are given: patterns are linear,
 * no keyword compares each item with each other, and each step is paid for. Properties are the object's own.
 */
export function createSchemaEngine(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    ownProperties: true,
    meta: false,
    validateSchema: false,
    code: { regExp: Object.assign((source: string) => compilePattern(source), { code: 'compilePattern' }) },
  })
  formats.default(ajv)
  for (const name of Object.keys(ajv.formats)) boundFormat(ajv, name)
  ajv.addFormat('date-time', (text) => parseMoment(text) !== null)
  ajv.addFormat('url', (text) => isPayable(text) && /^(https?|ftp):/i.test(text) && URL.canParse(text))
  for (const keyword of keywords) {
    ajv.removeKeyword(keyword.keyword as string)
    ajv.addKeyword(keyword)
  }
  return ajv
}

function isPayable(text: string): boolean {
  spend(text.length)
  return text.length <= longestFormatted
}

function boundFormat(ajv: Ajv2020, name: string): void {
  const format = ajv.formats[name]
  const test = format instanceof RegExp ? (text: string) => format.test(text) : validatorOf(format)
  if (test !== null && !freeFormats.has(name)) ajv.addFormat(name, (text) => isPayable(text) && test(text))
}

/** Null for a format of numbers, or one that anything has. */
function validatorOf(format: unknown): ((text: string) => boolean) | null {
  if (typeof format === 'function') return format as (text: string) => boolean
  const { type, validate } = Object(format) as { type?: string; validate?: unknown }
  if (type === 'number' || validate === undefined) return null
  return validate instanceof RegExp ? (text) => validate.test(text) : (validate as (text: string) => boolean)
}

/** `errors: false` has the library push one error: a list of them would be copied for each that is added. */
const keywords: readonly FuncKeywordDefinition[] = [
  {
    keyword: costKeyword,
    before: '$ref',
    errors: false,
    validate: (cost: number, value: unknown) => {
      spend(cost + sizeOf(value))
      return true
    },
  },
  {
    keyword: 'enum',
    errors: false,
    error: {
      message: 'must be equal to one of the allowed values',
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}.values}`,
    },
    validate: (allowed: ValueSet, value: unknown) => allowed.has(value),
  },
  {
    keyword: 'const',
    errors: false,
    error: {
      message: 'must be equal to constant',
      params: ({ schemaCode }) => _`{allowedValue: ${schemaCode}.values[0]}`,
    },
    validate: (allowed: ValueSet, value: unknown) => allowed.has(value),
  },
  {
    keyword: 'uniqueItems',
    type: 'array',
    errors: false,
    error: { message: 'must NOT have duplicate items' },
    validate: (wanted: boolean, items: readonly unknown[]) =>
      !wanted || new Set(items.map(textOf)).size === items.length,
  },
  {
    keyword: 'multipleOf',
    type: 'number',
    errors: false,
    error: {
      message: ({ schemaCode }) => str`must be multiple of ${schemaCode}`,
      params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}`,
    },
    validate: (of: number, number: number) => isMultipleOf(number, of),
  },
]

function textOf(value: unknown): string {
  const text = canonicalJson(value)
  spend(text.length)
  return text
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1
}
