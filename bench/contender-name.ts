/**
 * `database`: this product, whole. `sql`: hand-written SQL behind a bare HTTP server. `postgraphile`: PostGraphile 5 as
 * its documentation recommends.
 */
export type ContenderName = 'database' | 'sql' | 'postgraphile'

export const contenderNames: readonly ContenderName[] = ['database', 'sql', 'postgraphile']
