import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { isJsonObject, pointerTo, type JsonObject, type JsonValue } from './value.ts'
import { compilePattern } from './linear-pattern.ts'
import { followPath, parsePointer } from './pointer.ts'
import { costKeyword, ValueSet } from './schema-engine.ts'

/** What makes a schema unusable; `pointer` is from its root. */
export interface SchemaFault {
  readonly pointer: string
  readonly message: string
}

const mostSubschemas = 200
const longestSchema = 65_536
const mostFaults = 20
/** Keywords whose members are schemas or lists of names, under arbitrary names. */
const maps = [
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependentRequired',
  'dependencies',
]
/** Removed, since it would change the library's behaviour and not what a schema means. */
const leftOut = ['$async', 'default', 'examples', costKeyword]

/** A schema's faults, and a copy that charges for each subschema. Compiling would be 100 times slower. */
export function readSchema(schema: JsonValue): { readonly faults: SchemaFault[]; readonly priced: unknown } {
  if (JSON.stringify(schema).length > longestSchema)
    return { faults: [{ pointer: '', message: `is longer than ${longestSchema} characters` }], priced: null }
  const faults = metaFaults(schema)
  if (faults.length > 0) return { faults, priced: null }
  const subschemas = new Set<unknown>()
  const references: SchemaFault[] = []
  const anchors = new Set<JsonValue>()
  const price = (value: JsonValue, pointer: string): unknown => {
    if (Array.isArray(value)) return value.map((item, at) => price(item as JsonValue, pointerTo(pointer, at)))
    if (!isJsonObject(value)) return value
    const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (leftOut.includes(name)) return []
      return [[name, priceMember(name, member, pointerTo(pointer, name))]]
    })
    const subschema = { ...Object.fromEntries(members), [costKeyword]: 10 + weightOf(value) }
    subschemas.add(subschema)
    return subschema
  }
  const priceMember = (name: string, member: JsonValue, pointer: string): unknown => {
    if (name === 'enum') return new ValueSet(member as JsonValue[])
    if (name === 'const') return new ValueSet([member])
    if (name === 'pattern') checkPattern(member, pointer)
    if (name === '$ref' || name === '$dynamicRef') references.push({ pointer, message: member as string })
    if (name === '$anchor' || name === '$dynamicAnchor') anchors.add(member)
    if (name === '$id' && pointer !== '/$id')
      faults.push({ pointer, message: 'stands below the root, where it is not understood' })
    if (!maps.includes(name) || !isJsonObject(member)) return price(member, pointer)
    const entries = Object.entries(member).map(([key, inner]) => {
      const place = pointerTo(pointer, key)
      if (name === 'patternProperties') checkPattern(key, place)
      return [key, price(inner, place)]
    })
    return Object.fromEntries(entries) as unknown
  }
  const checkPattern = (pattern: JsonValue, pointer: string): void => {
    try {
      compilePattern(pattern as string)
    } catch (error) {
      faults.push({ pointer, message: `the pattern ${(error as Error).message}` })
    }
  }
  const priced = price(schema, '')
  const isNamed = (reference: string): boolean => {
    const fragment = decodeFragment(reference)
    if (fragment === null || !(fragment === '' || fragment.startsWith('/')))
      return fragment !== null && anchors.has(fragment)
    const target = followPath(priced, parsePointer(fragment))
    return typeof target === 'boolean' || subschemas.has(target)
  }
  for (const { pointer, message: reference } of references)
    if (!isNamed(reference)) faults.push({ pointer, message: `${reference} is no subschema of this one` })
  if (subschemas.size > mostSubschemas)
    faults.push({
      pointer: '',
      message: `has ${subschemas.size} subschemas; ${mostSubschemas} are allowed`,
    })
  return { faults: faults.slice(0, mostFaults), priced }
}

/** The target of a reference within a schema; null for an external one. */
function decodeFragment(reference: string): string | null {
  try {
    const fragment = reference.startsWith('#') ? decodeURIComponent(reference.slice(1)) : null
    return fragment === null || /~(?![01])/.test(fragment) ? null : fragment
  } catch {
    return null
  }
}

/** Keywords and values of a subschema, each of which may be checked for each value. */
function weightOf(schema: JsonObject): number {
  return Object.values(schema).reduce<number>(
    (sum, member) =>
      sum + 1 + (typeof member === 'object' && member !== null ? Object.keys(member).length : 0),
    0,
  )
}

let meta: Ajv2020 | null = null

/** Violations of JSON Schema's 2020-12 meta-schema. */
function metaFaults(schema: JsonValue): SchemaFault[] {
  if (meta === null) {
    meta = new Ajv2020({ allErrors: true, strict: false, logger: false })
    formats.default(meta)
  }
  const { $schema: dialect } = Object(schema) as { $schema?: unknown }
  if (typeof dialect === 'string' && !/^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(dialect))
    return [{ pointer: '/$schema', message: 'is another dialect; JSON Schema 2020-12 is understood' }]
  if (meta.validateSchema(schema as JsonObject) === true) return []
  const faults = (meta.errors ?? []).map(({ instancePath, message = 'is wrong' }) => ({
    pointer: instancePath,
    message,
  }))
  const distinct = new Map(faults.map((fault) => [`${fault.pointer} ${fault.message}`, fault]))
  return [...distinct.values()].slice(0, mostFaults)
}
