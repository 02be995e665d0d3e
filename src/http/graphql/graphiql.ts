import { renderGraphiQL, type GraphiQLOptions } from 'graphql-yoga'
import { createExampleQueries, findSubject, sampleSubject, type ExampleReader } from './example-queries.ts'

type RenderPage = (options: GraphiQLOptions) => string

/** Inlines GraphiQL's 18 MB of scripts on first use; without the development dependency Yoga's page loads them from a CDN. */
export function createGraphiqlRenderer(): (options?: GraphiQLOptions) => Promise<string> {
  let loaded: Promise<RenderPage> | undefined
  return async (options = {}) => {
    const render = await (loaded ??= loadRenderer())
    const page = render(options)
    return page.replace('<head>', () => `<head><script>${openActiveTab(options)}</script>`)
  }
}

/** GraphiQL opens with its last saved query and never fills in a first tab's variables, so save our tab before it starts. */
function openActiveTab({ defaultTabs: [tab] = [] }: GraphiQLOptions): string {
  return `try {
  const state = JSON.parse(localStorage.getItem('graphiql:tabState') ?? 'null')
  const tab = state?.tabs?.[state.activeTabIndex] ?? ${JSON.stringify(tab ?? null).replaceAll('<', '\\u003c')}
  if (tab)
    for (const name of ['query', 'variables', 'headers'])
      if (tab[name]) localStorage.setItem('graphiql:' + name, tab[name])
      else localStorage.removeItem('graphiql:' + name)
} catch {} // a browser that keeps nothing
`
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

/** The page's first tabs are the example queries about an entity that exists. */
export async function createGraphiqlOptions(reader: ExampleReader): Promise<GraphiQLOptions> {
  const subject = await findSubject(reader).catch(() => sampleSubject) // The page must work during failures, too.
  const examples = createExampleQueries(subject)
  return {
    title: 'knowledge-backbone',
    defaultQuery: examples[0]!.query,
    defaultTabs: examples.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables, null, 2),
    })),
  }
}
