import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { ContentIssue } from '../constellation/content-issue.ts'
import type { JsonObject } from './value.ts'
import { createSchemaEngine } from './schema-engine.ts'
import { readSchema, type SchemaFault } from './schema-faults.ts'
import { createWork, TooMuchWorkError, working, type Work } from '../work.ts'

/** A kind's JSON Schema (2020-12). */
export type AttributeSchema = JsonObject | boolean

interface Compiled {
  readonly validate: ValidateFunction | null
  readonly faults: readonly SchemaFault[]
}

const mostCompiled = 200
const mostIssues = 100
const compiled = new Map<string, Compiled>()

/**
 * Every violation of a kind's schema in an entity's attributes. Cannot block the thread: excessive cost is a
 * problem too.
 * @param work budget for checking, shared with other checks
 */
export function attributeSchemaIssues(
  schema: AttributeSchema,
  attributes: JsonObject,
  pointer: string,
  work: Work = createWork(),
): ContentIssue[] {
  const { validate, faults } = compile(schema)
  const [fault] = faults
  if (validate === null)
    return [
      {
        pointer,
        message: `the kind's attribute schema cannot be used (at ${fault?.pointer || 'its root'}: ${fault?.message}); correct the kind first`,
        rule: 'attributes.schema',
      },
    ]
  try {
    if (working(work, () => validate(attributes))) return []
  } catch (error) {
    // A schema that refers to itself endlessly exhausts the stack before the budget.
    if (!(error instanceof TooMuchWorkError) && !(error instanceof RangeError)) throw error
    const message =
      "checking them against the kind's attribute schema costs too much; make the attributes smaller, or the schema simpler"
    return [{ pointer, message, rule: 'attributes.cost' }]
  }
  return (validate.errors ?? []).slice(0, mostIssues).map((error) => toIssue(error, pointer))
}

/** What makes a schema unusable for attributes, with pointers. */
export function attributeSchemaFaults(schema: AttributeSchema): readonly SchemaFault[] {
  return compiled.get(JSON.stringify(schema))?.faults ?? readSchema(schema).faults
}

function toIssue({ instancePath, keyword, message, params }: ErrorObject, pointer: string): ContentIssue {
  return {
    pointer: pointer + instancePath,
    message: message ?? 'does not fit the schema of the kind',
    rule: `attributes.${keyword}`,
    allowed: params,
  }
}

/** Cached; the oldest entry is evicted. */
function compile(schema: AttributeSchema): Compiled {
  const text = JSON.stringify(schema)
  const known = compiled.get(text)
  if (known !== undefined) return known
  const made = compileAnew(schema)
  if (compiled.size >= mostCompiled) compiled.delete(compiled.keys().next().value!)
  compiled.set(text, made)
  return made
}

function compileAnew(schema: AttributeSchema): Compiled {
  const { faults, priced } = readSchema(schema)
  if (faults.length > 0) return { validate: null, faults }
  try {
    // One engine per schema, so that their `$id`s cannot collide.
    return { validate: createSchemaEngine().compile(priced as AttributeSchema), faults }
  } catch (error) {
    const message = error instanceof RangeError ? 'is nested too deep' : (error as Error).message
    return { validate: null, faults: [{ pointer: '', message }] }
  }
}
