# The server with production dependencies only. The tree of the last stage is what test/container proves, line by line.

FROM node:24-slim AS client
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma/schema ./prisma/schema
COPY scripts ./scripts
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN node scripts/generate-client.mjs

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# `--omit=dev` alone would keep Prisma's CLI and TypeScript, since they are optional peers of @prisma/client.
RUN npm pkg delete devDependencies && npm ci --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 KB_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY prisma/migrations ./prisma/migrations
COPY scripts/migrations ./scripts/migrations
COPY src ./src
COPY --from=client /app/src/generated ./src/generated
# The embedded database and media files are written here, and nothing elsewhere: the rest of the root may be read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "bin/kb.mjs", "serve"]
