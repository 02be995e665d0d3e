import { renderGraphiQL, type GraphiQLOptions, type YogaServerOptions } from 'graphql-yoga'
import { exampleQueries } from './example-queries.ts'

type RenderPage = NonNullable<YogaServerOptions<object, object>['renderGraphiQL']>

/**
 * The page with its scripts inside, from a development dependency. Where that is not installed, Yoga's own page is
 * taken, which loads its scripts from a CDN. The scripts are 18 MB, so they are read when somebody first asks for the page.
 */
export function createGraphiqlRenderer(): RenderPage {
  let loaded: Promise<RenderPage> | undefined
  return async (options) => (await (loaded ??= loadRenderer()))(options)
}

async function loadRenderer(): Promise<RenderPage> {
  try {
    return (await import('@graphql-yoga/render-graphiql')).renderGraphiQL
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      return renderGraphiQL
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
