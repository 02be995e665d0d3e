import type { GraphApi } from './graph-api.ts'

/* eslint-disable @typescript-eslint/no-explicit-any */

/** Runs mutations as an editor. `fields` is what is selected of the success; errors are selected whole. */
export function createMutations(api: Pick<GraphApi, 'askAs'>) {
  const run = async (name: string, input: object, fields: string): Promise<any> => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}`
    const success = name === 'restoreEntity' ? 'UpdateEntity' : type
    const { body } = await api.askAs(
      'EDITOR',
      `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${success}Success { ${fields} } ${errors(success)} } }`,
      { input },
    )
    if (body.errors) throw new Error(JSON.stringify(body.errors))
    return body.data![name]
  }
  return {
    createEntity: (input: object, fields = 'entity { id slug revision status contentHash }') =>
      run('createEntity', input, fields),
    updateEntity: (input: object, fields = 'patch entity { revision contentHash title }') =>
      run('updateEntity', input, fields),
    deleteEntity: (input: object) => run('deleteEntity', input, 'deletedId deletedEdgeIds'),
    restoreEntity: (input: object, fields = 'patch entity { revision title tags }') =>
      run('restoreEntity', input, fields),
    mergeEntities: (input: object, fields = 'mergedIds redirects entity { slug tags revision }') =>
      run('mergeEntities', input, fields),
    tagEntities: (input: object) => run('tagEntities', input, 'entities { slug tags revision }'),
    createEdge: (input: object, fields = 'edge { id revision source { slug } target { slug } }') =>
      run('createEdge', input, fields),
    updateEdge: (input: object) => run('updateEdge', input, 'edge { revision label weight attributes }'),
    deleteEdge: (input: object) => run('deleteEdge', input, 'deletedId source { slug } target { slug }'),
    upsertGraph: (
      input: object,
      fields = 'mode planHash run { id key tool agent } counts { table inserted updated deleted unchanged } changes(first: 100) { edges { node { operation subjectKey patch subject { id } } } }',
    ) => run('upsertGraph', input, fields),
  }
}

const members: Readonly<Record<string, string>> = {
  ValidationError: 'issues { pointer message rule allowed }',
  NotFoundError: 'subject',
  DuplicateError: 'existing { id }',
  ConflictError: 'expectedRevision currentRevision current { id } suggestedMerge',
  InUseError: 'usedBy { __typename id }',
}
const unions: Readonly<Record<string, string[]>> = {
  CreateEntity: ['ValidationError', 'NotFoundError', 'DuplicateError'],
  UpdateEntity: ['ValidationError', 'NotFoundError', 'ConflictError'],
  DeleteEntity: ['NotFoundError', 'ConflictError', 'InUseError'],
  MergeEntities: ['ValidationError', 'NotFoundError'],
  TagEntities: ['ValidationError', 'NotFoundError'],
  CreateEdge: ['ValidationError', 'NotFoundError', 'DuplicateError'],
  UpdateEdge: ['ValidationError', 'NotFoundError', 'ConflictError'],
  DeleteEdge: ['NotFoundError', 'ConflictError'],
  UpsertGraph: ['ValidationError'],
}

function errors(success: string): string {
  const each = unions[success]!.map((name) => `... on ${name} { ${members[name]!} }`)
  return ['... on UserError { message code }', ...each].join(' ')
}
