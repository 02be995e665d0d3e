/**
 * `database`: this product, whole. `unarmed`: the same without what weighs, times and counts operations. `sql`: hand-written SQL behind a bare HTTP server. `postgraphile`: PostGraphile 5 as
 * its documentation recommends.
 */
export type ContenderName = 'database' | 'unarmed' | 'sql' | 'postgraphile'

export const contenderNames: readonly ContenderName[] = ['database', 'unarmed', 'sql', 'postgraphile']
