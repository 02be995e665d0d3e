import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { announce } from './announce.ts'
import { listenOnFreePort } from './listen.ts'

// As the documentation's "Using PostGraphile as a library" recommends, without the parts that are for developing.
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env['DATABASE_URL']!,
      schemas: ['public'],
      poolConfig: { max: 10 },
    }),
  ],
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false },
})
const server = createServer()
const serve = instance.createServ(grafserv)
await serve.addTo(server)
announce(await listenOnFreePort(server), async () => {
  server.closeAllConnections()
  await instance.release()
})
