import { builder } from '../base/builder.ts'

interface CountsShape {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
}

export const DiffCounts = builder.objectRef<CountsShape>('DiffCounts')
DiffCounts.implement({
  fields: (t) => ({
    added: t.exposeInt('added'),
    changed: t.exposeInt('changed'),
    removed: t.exposeInt('removed'),
    unchanged: t.exposeInt('unchanged'),
  }),
})
