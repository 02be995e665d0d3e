import { encodeCursor, type Fingerprint, type Keyset } from '../domain/paging/cursor.ts'
import type { Page } from '../domain/paging/page.ts'
import type { Arguments } from './argument-values.ts'
import { planFields, type Document, type FieldPlan } from './field-plan.ts'
import type { GraphQLObjectType } from 'graphql'
import type { Run, Write } from './run.ts'
import { compileObject, writeList, type FieldCompilers } from './write-object.ts'

/** A list of numbered things, as requested. */
export interface MemoryList {
  readonly fingerprint: Fingerprint
  /** Computed only when a row is visited. */
  readonly page: () => Page<number>
  readonly count: () => number
  readonly positionOf: (item: number) => Keyset
  /** Writes a cached cursor. */
  readonly writeCursor?: (run: Run, item: number) => void
}

export interface ConnectionKind<Parent, List extends MemoryList> {
  readonly connectionType: string
  readonly edgeType: string
  readonly read: (run: Run, parent: Parent, args: Arguments) => List
  readonly compileNode: (document: Document, selections: FieldPlan['selections']) => Write<number>
  readonly edgeFields?: (list: () => List) => FieldCompilers<number>
  readonly moreFields?: FieldCompilers<List>
}

interface Opened<List extends MemoryList> {
  readonly list: List
  readonly page: Page<number>
}

const noPage: Page<number> = { items: [], hasNextPage: false, hasPreviousPage: false }

export function compileConnection<Parent, List extends MemoryList>(
  document: Document,
  field: FieldPlan,
  kind: ConnectionKind<Parent, List>,
): Write<Parent> {
  // The rows' closures find their list here; compiled queries never wait, so there is one at a time.
  let current: List
  const list = () => current
  const type = document.schema.getType(kind.connectionType) as GraphQLObjectType
  const names = planFields(document, type, field.selections).map(({ name }) => name)
  const wantsRows = names.some((name) => name === 'edges' || name === 'nodes' || name === 'pageInfo')
  const write = compileObject<Opened<List>>(document, kind.connectionType, field.selections, {
    ...moreFields(kind.moreFields),
    edges(_, { selections }) {
      const writeEdge = compileObject<number>(document, kind.edgeType, selections, {
        cursor: () => (run, item) => writeCursor(run, current, item),
        node: (__, node) => kind.compileNode(document, node.selections),
        ...kind.edgeFields?.(list),
      })
      return (run, { page }) => writeList(run, page.items, writeEdge)
    },
    nodes(_, { selections }) {
      const writeNode = kind.compileNode(document, selections)
      return (run, { page }) => writeList(run, page.items, writeNode)
    },
    pageInfo: (_, { selections }) => compileObject(document, 'PageInfo', selections, pageInfoFields),
    totalCount:
      () =>
      ({ out }, opened) =>
        out.number(opened.list.count()),
  })
  return (run, parent) => {
    const outer = current
    current = kind.read(run, parent, field.argumentsFor(run.variables))
    write(run, { list: current, page: wantsRows ? current.page() : noPage })
    current = outer
  }
}

function moreFields<List extends MemoryList>(
  compilers: FieldCompilers<List> | undefined,
): FieldCompilers<Opened<List>> {
  const adapted = Object.entries(compilers ?? {}).map(([name, compile]) => [
    name,
    (document: Document, field: FieldPlan): Write<Opened<List>> => {
      const write = compile(document, field)
      return (run, { list }) => write(run, list)
    },
  ])
  return Object.fromEntries(adapted) as FieldCompilers<Opened<List>>
}

function writeCursor(run: Run, list: MemoryList, item: number): void {
  if (list.writeCursor) return list.writeCursor(run, item)
  run.out.string(`"${encodeCursor(run.cursorKey, list.fingerprint, list.positionOf(item))}"`)
}

const bool = (value: boolean) => (value ? 'true' : 'false')

const pageInfoFields: FieldCompilers<Opened<MemoryList>> = {
  hasNextPage:
    () =>
    ({ out }, { page }) =>
      out.string(bool(page.hasNextPage)),
  hasPreviousPage:
    () =>
    ({ out }, { page }) =>
      out.string(bool(page.hasPreviousPage)),
  startCursor: () => (run, opened) => writeCursorAt(run, opened, 0),
  endCursor: () => (run, opened) => writeCursorAt(run, opened, -1),
}

function writeCursorAt(run: Run, { list, page }: Opened<MemoryList>, at: number): void {
  const item = page.items.at(at)
  if (item === undefined) run.out.null()
  else writeCursor(run, list, item)
}
