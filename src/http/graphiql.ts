import type { GraphiQLOptions, YogaServerOptions } from 'graphql-yoga'
import { exampleQueries } from './example-queries.ts'

type RenderPage = NonNullable<YogaServerOptions<object, object>['renderGraphiQL']>

/**
 * The page with its scripts inside, from a development dependency. Where that is not installed, Yoga's own page is
 * taken, which loads its scripts from a CDN.
 */
export async function loadGraphiqlPage(): Promise<RenderPage | undefined> {
  try {
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
    return renderGraphiQL
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** The page's first tabs are the example queries. */
export function createGraphiqlOptions(): GraphiQLOptions {
  return {
    title: 'knowledge-backbone',
    defaultQuery: exampleQueries[0]!.query,
    defaultTabs: exampleQueries.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables, null, 2),
    })),
  }
}
