/**
 * `memory`: this product as it runs by default, the graph in memory. `database`: the same with every answer from PostgreSQL. `unarmed`:
 * that without what weighs, times and counts operations. `sql`: hand-written SQL behind a bare HTTP server. `postgraphile`: PostGraphile 5
 * as its documentation recommends. `http`: a bare HTTP server that has the answers of `memory` lying ready, the physical limit.
 */
export type ContenderName = 'memory' | 'database' | 'unarmed' | 'sql' | 'postgraphile' | 'http'
export type OwnName = 'memory' | 'database' | 'unarmed'

export const contenderNames: readonly ContenderName[] = [
  'memory',
  'database',
  'unarmed',
  'sql',
  'postgraphile',
  'http',
]

/** Which pairs are compared: ours against the others, and what the armour costs. */
export const comparedPairs: readonly (readonly [ContenderName, ContenderName])[] = [
  ['memory', 'sql'],
  ['memory', 'postgraphile'],
  ['memory', 'http'],
  ['memory', 'database'],
  ['database', 'sql'],
  ['database', 'postgraphile'],
  ['database', 'unarmed'],
]

export const isOwn = (name: ContenderName): name is OwnName =>
  name === 'memory' || name === 'database' || name === 'unarmed'
