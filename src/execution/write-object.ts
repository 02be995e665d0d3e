import type { GraphQLObjectType, SelectionSetNode } from 'graphql'
import { planFields, type Document, type FieldPlan } from './field-plan.ts'
import { NotCompiledError } from './not-compiled.ts'
import { isFixed, keepPieces, markFixed } from './piece-cache.ts'
import type { Run, Write } from './run.ts'

/** The compilers of a type's fields; a missing field is not compiled. */
export type FieldCompilers<Item> = Readonly<
  Record<string, (document: Document, field: FieldPlan) => Write<Item>>
>

const closing = Buffer.from('}')
const emptyObject = Buffer.from('{}')

export function compileObject<Item>(
  document: Document,
  typeName: string,
  selections: readonly SelectionSetNode[],
  compilers: FieldCompilers<Item>,
): Write<Item> {
  const type = document.schema.getType(typeName) as GraphQLObjectType
  const fields = planFields(document, type, selections)
  if (fields.length === 0) return markFixed(({ out }) => out.raw(emptyObject))
  const members = fields.map((field, index) => ({
    // GraphQL names need no escaping.
    lead: Buffer.from(`${index === 0 ? '{' : ','}"${field.key}":`),
    write: compileField(document, typeName, field, compilers),
  }))
  const isWhole = members.every(({ write }) => isFixed(write))
  const writes = isWhole ? members.map(writeMember) : keepRuns(members)
  const object: Write<Item> = (run, item) => {
    for (const write of writes) write(run, item)
    run.out.raw(closing)
  }
  return isWhole ? markFixed(object) : object
}

interface Member<Item> {
  readonly lead: Buffer
  readonly write: Write<Item>
}

function writeMember<Item>({ lead, write }: Member<Item>): Write<Item> {
  return (run, item) => {
    run.out.raw(lead)
    write(run, item)
  }
}

/** Adjacent fixed members are cached as one piece, if items are numbers. */
function keepRuns<Item>(members: readonly Member<Item>[]): Write<Item>[] {
  const writes: Write<Item>[] = []
  for (let at = 0; at < members.length;) {
    let end = at
    while (end < members.length && isFixed(members[end]!.write)) end++
    if (end - at < 2) {
      writes.push(writeMember(members[at]!))
      at++
      continue
    }
    const run = members.slice(at, end).map(writeMember)
    const kept = keepPieces((each, item) => {
      for (const write of run) write(each, item as Item)
    })
    writes.push((each, item) => {
      if (typeof item === 'number') kept(each, item)
      else for (const write of run) write(each, item)
    })
    at = end
  }
  return writes
}

function compileField<Item>(
  document: Document,
  typeName: string,
  field: FieldPlan,
  compilers: FieldCompilers<Item>,
): Write<Item> {
  if (field.name === '__typename') return markFixed(constant(JSON.stringify(typeName)))
  if (!Object.hasOwn(compilers, field.name)) throw new NotCompiledError(`${typeName}.${field.name}`)
  return compilers[field.name]!(document, field)
}

export function constant<Item>(json: string): Write<Item> {
  const bytes = Buffer.from(json)
  return ({ out }) => out.raw(bytes)
}

const [open, comma, close] = [0x5b, 0x2c, 0x5d]

export function writeList<Item>(run: Run, items: ArrayLike<Item>, write: Write<Item>): void {
  const { out } = run
  out.byte(open)
  for (let at = 0; at < items.length; at++) {
    if (at > 0) out.byte(comma)
    write(run, items[at]!)
  }
  out.byte(close)
}
