import type { CheckReport } from '../../ops/run/summary.ts'
import { builder } from './builder.ts'

export const CheckStatus = builder.enumType('CheckStatus', {
  values: ['PASS', 'WARN', 'FAIL', 'SKIPPED'] as const,
})

export const Check = builder.objectRef<CheckReport>('Check')
Check.implement({
  fields: (t) => ({
    name: t.exposeString('name'),
    status: t.expose('status', { type: CheckStatus }),
    detail: t.exposeString('detail', { nullable: true }),
    expected: t.field({ type: 'JSON', nullable: true, resolve: ({ expected }) => expected ?? null }),
    actual: t.field({ type: 'JSON', nullable: true, resolve: ({ actual }) => actual ?? null }),
    durationMs: t.exposeInt('durationMs', { nullable: true }),
    docs: t.field({ type: 'URL', nullable: true, resolve: () => null }),
  }),
})
