# Two images of this workspace: "gateway" is all that production needs; "sandbox" contains the simulated providers and the
# preparation of secrets for docker-compose.yml. There is no build: Node runs the .ts sources. It refuses to do so below
# node_modules, therefore an image keeps the folders of the workspace.

# For the labels and the start-up log line, because the image contains no clone. The version is that of apps/gateway/package.json.
ARG VERSION=0.2.0
ARG GIT_COMMIT=""
ARG CREATED=""

# The same Node as in pnpm-workspace.yaml.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS pnpm
RUN npm install --global pnpm@12.21.0
ENV CI=true pnpm_config_store_dir=/pnpm

# Only the manifests: while they stay the same, every install comes from the cache.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name 'pnpm-*.yaml' -delete && find . -type d -empty -delete

# The Prisma client, which is generated with development tools.
FROM pnpm AS generated
COPY --from=manifests /app ./
RUN --mount=type=cache,id=card-gateway-pnpm,target=/pnpm \
  pnpm install --frozen-lockfile --ignore-scripts --filter=@card-gateway/database
COPY prisma/schema.prisma prisma/prisma.config.ts prisma/generate.ts prisma/
RUN pnpm --filter=@card-gateway/database run generate

# Installs only what an application's process reads.
FROM pnpm AS installer
COPY --from=manifests /app ./
COPY --chmod=755 <<'SCRIPT' /usr/local/bin/install-application
#!/bin/sh -eu
# Optional packages are the embedded PostgreSQL, and tools that others can replace.
pnpm install --frozen-lockfile --ignore-scripts --prod --no-optional --filter="@card-gateway/$1..."
find apps -mindepth 1 -maxdepth 1 ! -name "$1" -exec rm -r {} +
rm pnpm-*.yaml
cd node_modules/.pnpm
# Node runs no TypeScript below node_modules. Licenses stay.
find . -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \
  -o \( -name '*.md' ! -iname 'licen[cs]e*' \) \) -delete
# The packages' own development files: only in their top folder, because deeper folders may be code.
find . -type d -regextype posix-extended \
  -regex '\./[^/]+/node_modules/(@[^/]+/)?[^/]+/(tests?|docs|examples?|benchmarks?|\.github)' -prune -exec rm -r {} +
# Prisma's client has the query compilers of five databases, in two sizes and two module formats.
find . -path '*/@prisma/client/runtime/query_compiler_*' ! -name 'query_compiler_fast_bg.postgresql.*mjs' -delete
SCRIPT

FROM installer AS gateway-installed
RUN --mount=type=cache,id=card-gateway-pnpm,target=/pnpm install-application gateway

FROM installer AS sandbox-installed
RUN --mount=type=cache,id=card-gateway-pnpm,target=/pnpm install-application sandbox

FROM base AS sandbox
ENV NODE_ENV=production SANDBOX_HOST=0.0.0.0 SANDBOX_PORT=8090 SANDBOX_CONFIG=/sandbox/sandbox.json
# A new volume inherits its owner from the folder that it is mounted on.
RUN install --directory --owner=1000 --group=1000 --mode=0700 /data /sandbox /database-password /database-owner
COPY --from=sandbox-installed /app ./
COPY apps/local apps/local/
COPY apps/sandbox apps/sandbox/
# For the preparation in apps/local, whose other dependencies are not installed here.
RUN mkdir -p node_modules/@card-gateway && ln -s ../../apps/sandbox node_modules/@card-gateway/sandbox
USER 1000:1000
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SANDBOX_PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-old-space-size-percentage=60", "apps/sandbox/src/main.ts"]
ARG VERSION GIT_COMMIT CREATED
LABEL org.opencontainers.image.title="Card Gateway sandbox" \
  org.opencontainers.image.description="Simulated card providers for development: never for real cards" \
  org.opencontainers.image.version=$VERSION \
  org.opencontainers.image.revision=$GIT_COMMIT \
  org.opencontainers.image.created=$CREATED \
  org.opencontainers.image.licenses="LicenseRef-UNLICENSED"

# A build without a target builds the last stage.
FROM base AS gateway
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
# "docker exec … gateway keys create …", and everything else that the command line does.
RUN printf '#!/bin/sh\nexec node /app/apps/gateway/src/cli.ts "$@"\n' >/usr/local/bin/gateway && chmod 755 /usr/local/bin/gateway
# Owned by root: the process cannot change its own code.
COPY --from=gateway-installed /app ./
COPY --from=generated /app/prisma/generated prisma/generated/
COPY prisma prisma/
COPY packages packages/
COPY apps/gateway apps/gateway/
COPY docs/guides docs/guides/
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# By default Node takes a heap of 256 MB or more, even in a smaller container. The rest is for buffers, code and stacks.
CMD ["node", "--max-old-space-size-percentage=60", "apps/gateway/src/main.ts"]
ARG VERSION GIT_COMMIT CREATED
ENV GIT_COMMIT=$GIT_COMMIT
LABEL org.opencontainers.image.title="Card Gateway" \
  org.opencontainers.image.description="One REST service to issue, list and manage cards and to bind bank cards through several providers" \
  org.opencontainers.image.version=$VERSION \
  org.opencontainers.image.revision=$GIT_COMMIT \
  org.opencontainers.image.created=$CREATED \
  org.opencontainers.image.licenses="LicenseRef-UNLICENSED"
