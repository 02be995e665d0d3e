import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { ContentIssue } from './content-issue.ts'
import type { JsonObject } from './json-value.ts'

/** A JSON Schema (2020-12) as a kind has it. */
export type AttributeSchema = JsonObject | boolean

const mostCompiled = 200
const mostIssues = 100
const compiled = new Map<string, ValidateFunction | null>()

/**
 * What a kind's schema has against the attributes of an entity, every problem with its place.
 *
 * @param pointer where the attributes stand
 * @example attributeSchemaIssues({ required: ['code'] }, {}, '/attributes')[0].rule // 'attributes.required'
 */
export function attributeSchemaIssues(
  schema: AttributeSchema,
  attributes: JsonObject,
  pointer: string,
): ContentIssue[] {
  const validate = compile(schema)
  if (validate === null)
    return [
      {
        pointer,
        message: "the kind's attribute schema is no JSON Schema (2020-12); correct the kind first",
        rule: 'attributes.schema',
      },
    ]
  if (validate(attributes)) return []
  return (validate.errors ?? []).slice(0, mostIssues).map((error) => toIssue(error, pointer))
}

function toIssue({ instancePath, keyword, message, params }: ErrorObject, pointer: string): ContentIssue {
  return {
    pointer: pointer + instancePath,
    message: message ?? 'does not fit the schema of the kind',
    rule: `attributes.${keyword}`,
    allowed: params,
  }
}

/** Null for what is no schema. A schema is compiled once, and the least recently made is forgotten. */
function compile(schema: AttributeSchema): ValidateFunction | null {
  const text = JSON.stringify(schema)
  const known = compiled.get(text)
  if (known !== undefined) return known
  const made = compileAnew(schema)
  if (compiled.size >= mostCompiled) compiled.delete(compiled.keys().next().value!)
  compiled.set(text, made)
  return made
}

function compileAnew(schema: AttributeSchema): ValidateFunction | null {
  // Each schema its own: one that names itself by `$id` must not collide with another's.
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false })
  formats.default(ajv)
  try {
    return ajv.compile(schema)
  } catch {
    return null
  }
}
