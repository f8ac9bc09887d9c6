# The image of one family of task types: what FAMILY/packages lists of Debian, Node, and the runner, which executes one
# task and ends. docs/images.md says what is in each. To build all: containers/images/build.sh. To build one:
#
#   npm ci && docker build -f containers/images/family.Dockerfile --build-arg FAMILY=postgres -t runops-postgres .
ARG BASE=debian:bookworm-slim
ARG NODE=node:24-bookworm-slim

FROM ${NODE} AS official-node

FROM ${BASE} AS stripped-node
RUN apt-get update && apt-get install -y --no-install-recommends binutils
COPY --from=official-node /usr/local/bin/node /usr/local/bin/node
# The symbols are for debuggers, and a tenth of what a machine would have to pull.
RUN strip /usr/local/bin/node

FROM scratch AS node
COPY --from=stripped-node /usr/local/bin/node /usr/local/bin/node

FROM ${BASE} AS system
COPY containers/images/system /build/system
RUN /build/system/install.sh /build/system/packages

FROM system AS family
ARG FAMILY
COPY containers/images/${FAMILY} /build/family
RUN /build/system/install.sh /build/family/packages \
 && if [ -e /build/family/setup.sh ]; then /build/family/setup.sh; fi \
 && /build/system/finish.sh /build/system/packages /build/family/packages

# Copied, and not built upon, because what a layer removes from one below it is pulled all the same.
FROM node
COPY --from=family / /

ARG FAMILY
ARG VERSION=dev
LABEL org.opencontainers.image.title="runops-${FAMILY}" \
      org.opencontainers.image.description="Executes one Runops task of the family ${FAMILY}, and ends." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
ENV PATH=/usr/local/bin:/usr/bin:/bin \
    RUNOPS_SCRATCH=/scratch
WORKDIR /opt/runops
COPY dist/runner.mjs /opt/runops/runner.mjs
COPY dist/runner-parts /opt/runops/runner-parts

# The runner is root so that it can start the command as the user runops, who can read neither its memory nor its
# environment. Of root's capabilities it needs CHOWN, KILL, SETGID and SETUID alone: drop the others.
#
# There is no init here: ECS (initProcessEnabled) and `docker run --init` bring one, and two would be one too many.
# Without one all is well too, because a container lives no longer than its one execution.
#
# A core dump would hold the secret, and on Fargate only the process itself can forbid it. The small nursery of the
# heap saves tens of megabytes when output is large.
STOPSIGNAL SIGTERM
ENTRYPOINT ["prlimit", "--core=0:0", "--", "node", "--max-semi-space-size=2", "--min-semi-space-size=2", "runner.mjs"]
