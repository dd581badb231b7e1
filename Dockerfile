# One image for the gateway, the sandbox and the preparation of secrets: each is a command of its own.
# There is no build: Node runs the .ts sources. It refuses to do so below node_modules, therefore the image keeps the
# workspace as it is in the repository.

# The same Node as in pnpm-workspace.yaml.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app
RUN npm install --global pnpm@12.21.0

# The Prisma client is generated with development tools, which do not go into the image.
FROM base AS generated
COPY . .
RUN pnpm install --frozen-lockfile --filter @card-gateway/database

# What runs. No optional packages: they are the embedded PostgreSQL. No scripts: they are of development.
FROM base AS dependencies
COPY . .
RUN pnpm install --frozen-lockfile --prod --no-optional --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
# A new volume takes its owner from the folder it is mounted on.
RUN install --directory --owner=node --group=node --mode=0700 /data /sandbox /database-password
# Owned by root: the process cannot change its own code.
COPY --from=dependencies /app ./
COPY --from=generated /app/prisma/generated ./prisma/generated
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/gateway/src/main.ts"]
