# Two images of this workspace: "gateway" is all that production needs, built into a few files of JavaScript; "sandbox" contains
# the simulated providers and the preparation of secrets for docker-compose.yml, as sources, which Node runs. It refuses to do so
# below node_modules, therefore that image keeps the folders of the workspace.

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

# The gateway, with all packages that it imports.
FROM pnpm AS built
COPY --from=manifests /app ./
RUN --mount=type=cache,id=card-gateway-pnpm,target=/pnpm \
  pnpm install --frozen-lockfile --ignore-scripts --filter=@card-gateway/gateway...
COPY prisma/schema.prisma prisma/prisma.config.ts prisma/generate.ts prisma/
RUN node prisma/generate.ts
COPY prisma prisma/
COPY packages packages/
COPY apps/gateway apps/gateway/
RUN node apps/gateway/build.ts

FROM pnpm AS sandbox-installed
COPY --from=manifests /app ./
# Without what no process reads; licenses stay.
RUN --mount=type=cache,id=card-gateway-pnpm,target=/pnpm \
  pnpm install --frozen-lockfile --ignore-scripts --prod --no-optional --filter=@card-gateway/sandbox... && \
  find apps -mindepth 1 -maxdepth 1 ! -name sandbox -exec rm -r {} + && \
  rm pnpm-*.yaml && \
  find node_modules/.pnpm -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \
    -o \( -name '*.md' ! -iname 'licen[cs]e*' \) \) -delete

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
RUN printf '#!/bin/sh\nexec node /app/apps/gateway/dist/cli.js "$@"\n' >/usr/local/bin/gateway && chmod 755 /usr/local/bin/gateway
# Owned by root: the process cannot change its own code.
COPY apps/gateway/package.json apps/gateway/
COPY --from=built /app/apps/gateway/dist apps/gateway/dist/
# What it reads, where the sources have it.
COPY apps/gateway/src/portal/guides.css apps/gateway/src/portal/
COPY docs/guides docs/guides/
COPY docs/openapi.json docs/
COPY prisma/migrations prisma/migrations/
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# By default Node takes a heap of 256 MB or more, even in a smaller container. The rest is for buffers, code and stacks. Young
# objects get 16 MB: 100 MB less under load than by default. None begins as an old one: that would keep the garbage of each list that is
# read (docs/decisions/speed-of-memory.md). The bench starts the gateway by this line too.
CMD ["node", "--max-old-space-size-percentage=60", "--max-semi-space-size=16", "--no-allocation-site-pretenuring", "apps/gateway/dist/main.js"]
ARG VERSION GIT_COMMIT CREATED
ENV GIT_COMMIT=$GIT_COMMIT
LABEL org.opencontainers.image.title="Card Gateway" \
  org.opencontainers.image.description="One REST service to issue, list and manage cards and to bind bank cards through several providers" \
  org.opencontainers.image.version=$VERSION \
  org.opencontainers.image.revision=$GIT_COMMIT \
  org.opencontainers.image.created=$CREATED \
  org.opencontainers.image.licenses="LicenseRef-UNLICENSED"
