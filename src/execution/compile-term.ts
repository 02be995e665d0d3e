import type { Document, FieldPlan } from './field-plan.ts'
import { nodesOfDomain, nodesOfKind } from '../graph/columns/postings.ts'
import { relationCounts } from '../graph/lists/edges.ts'
import type { DomainContent, KindContent, RelationContent } from '../domain/graph/graph-content.ts'
import type { Vocabulary } from '../graph/columns/vocabulary.ts'
import { JsonWriter } from '../graph/json-writer.ts'
import type { Run, Write } from './run.ts'
import { compileObject, type FieldCompilers } from './write-object.ts'

function own<Term>(listOf: (terms: Vocabulary) => readonly Term[], member: keyof Term) {
  return (): Write<number> =>
    ({ out, snapshot }, number) =>
      out.string(JSON.stringify(listOf(snapshot.terms)[number]![member] ?? null))
}

function members<Term>(
  listOf: (terms: Vocabulary) => readonly Term[],
  ...names: readonly (keyof Term & string)[]
) {
  return Object.fromEntries(names.map((name) => [name, own(listOf, name)]))
}

const kinds = (terms: Vocabulary): readonly KindContent[] => terms.kinds.all
const relations = (terms: Vocabulary): readonly RelationContent[] => terms.relations.all
const domains = (terms: Vocabulary): readonly DomainContent[] => terms.domains.all

const kindFields: FieldCompilers<number> = {
  ...members(kinds, 'key', 'label', 'description', 'iri', 'attributeSchema'),
  count:
    () =>
    ({ out, snapshot }, kind) =>
      out.number(nodesOfKind(snapshot, kind).length),
}
const domainFields: FieldCompilers<number> = {
  ...members(domains, 'key', 'label', 'color'),
  count:
    () =>
    ({ out, snapshot }, domain) =>
      out.number(nodesOfDomain(snapshot, domain).length),
}
const relationFields: FieldCompilers<number> = {
  ...members(
    relations,
    'key',
    'label',
    'inverseLabel',
    'description',
    'isSymmetric',
    'iri',
    'sourceKinds',
    'targetKinds',
  ),
  count:
    () =>
    ({ out, snapshot }, relation) =>
      out.number(snapshot.derive(relationCounts)[relation]!),
}

/** Terms are few and common, so each selection on one is written once per snapshot. */
function compileTerm(
  document: Document,
  typeName: string,
  field: FieldPlan,
  compilers: FieldCompilers<number>,
): Write<number> {
  const write = compileObject(document, typeName, field.selections, compilers)
  const written = new WeakMap<object, Buffer[]>()
  return (run, number) => {
    let known = written.get(run.snapshot)
    if (known === undefined) written.set(run.snapshot, (known = []))
    run.out.raw((known[number] ??= render(run, write, number)))
  }
}

function render(run: Run, write: Write<number>, number: number): Buffer {
  const out = new JsonWriter(256)
  write({ ...run, out }, number)
  return out.take()
}

export const compileKind = (document: Document, field: FieldPlan) =>
  compileTerm(document, 'EntityKind', field, kindFields)
export const compileDomain = (document: Document, field: FieldPlan) =>
  compileTerm(document, 'Domain', field, domainFields)
export const compileRelation = (document: Document, field: FieldPlan) =>
  compileTerm(document, 'Relation', field, relationFields)
