import { _, str, type FuncKeywordDefinition } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { canonicalJson } from './canonical-json.ts'
import { isMultipleOf } from './exact-number.ts'
import { compilePattern } from './linear-pattern.ts'
import { parseMoment } from '../timestamp.ts'
import { spend } from '../work.ts'

/** What checking a subschema costs, apart from the value it checks. */
export const costKeyword = 'kb:cost'

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

/** Longer texts are refused, so that no library format can backtrack in them for long. */
const longestFormatted = 2048
/** No length limit; they are only annotations. */
const freeFormats = new Set(['password', 'binary'])

/** A JSON Schema compiler that cannot block the thread: linear patterns, every step charged. */
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

/** Null for a format of numbers, or one that accepts anything. */
function validatorOf(format: unknown): ((text: string) => boolean) | null {
  if (typeof format === 'function') return format as (text: string) => boolean
  const { type, validate } = Object(format) as { type?: string; validate?: unknown }
  if (type === 'number' || validate === undefined) return null
  return validate instanceof RegExp ? (text) => validate.test(text) : (validate as (text: string) => boolean)
}

/** With `errors: false` the library adds one error; a list of them would be copied for each addition. */
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
