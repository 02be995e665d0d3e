/**
 * `memory`: this product as it runs by default, the graph in memory. `uncached`: the same, but each answer is made anew. `database`:
 * `memory` with every answer from PostgreSQL. `unarmed`: that without what weighs, times and counts operations. `sql`: hand-written
 * SQL behind a bare HTTP server. `postgraphile`: PostGraphile 5 as its documentation recommends. `http`: a bare HTTP server that has
 * the answers of `memory` lying ready, the physical limit.
 */
export type ContenderName = OwnName | 'sql' | 'postgraphile' | 'http'
export type OwnName = (typeof ownNames)[number]

const ownNames = ['memory', 'uncached', 'database', 'unarmed'] as const

export const contenderNames: readonly ContenderName[] = [...ownNames, 'sql', 'postgraphile', 'http']

/** Which pairs are compared: ours against the others, and what the armour costs. */
export const comparedPairs: readonly (readonly [ContenderName, ContenderName])[] = [
  ['memory', 'sql'],
  ['memory', 'postgraphile'],
  ['memory', 'http'],
  ['memory', 'database'],
  ['uncached', 'sql'],
  ['uncached', 'http'],
  ['database', 'sql'],
  ['database', 'postgraphile'],
  ['database', 'unarmed'],
]

export const isOwn = (name: ContenderName): name is OwnName =>
  (ownNames as readonly ContenderName[]).includes(name)
