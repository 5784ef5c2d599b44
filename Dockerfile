# The bot as a container: `docker compose up`, see compose.yaml.
#
# The base is pinned to Python's minor version and Debian's release, not to a digest: a digest
# would freeze the base's security fixes too, and nothing here would tell when to move it. What
# decides how the bot behaves, its packages, is pinned by the hashes in requirements.lock.

FROM python:3.12-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

# Only the lock is copied first, so that a change in the code does not fetch the packages anew.
# The environment gets no pip of its own: the running bot has no use for an installer.
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/forewarn \
 && pip --python /opt/forewarn/bin/python install \
        --require-hashes --no-deps --only-binary :all: --requirement requirements.lock

# Compiled here, for at run time nothing may be written beside the code. Hash-based files stay
# valid whatever time stamps the copy below gives to the sources.
WORKDIR /app
COPY bot ./bot
RUN python -m compileall -q --invalidation-mode unchecked-hash bot


FROM python:3.12-slim-bookworm

LABEL org.opencontainers.image.title="Forewarn" \
      org.opencontainers.image.description="Telegram bot that turns a threat advisory into shelter guidance and checklists, before anything falls" \
      org.opencontainers.image.licenses="MIT"

# BOT_HTTP__PORT stands here so that it wins over config.yaml and the health check knows it.
# Without BOT_REDIS__URL the embedded Redis keeps its data in the volume.
ENV PATH=/opt/forewarn/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BOT_HTTP__HOST=0.0.0.0 \
    BOT_HTTP__PORT=8080 \
    BOT_REDIS__FOLDER=/data/redis

# A number, not a name: Kubernetes' runAsNonRoot can only check a number. Code and settings stay
# root's, so the bot cannot change them; /data alone is its own.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
VOLUME ["/data"]

WORKDIR /app
COPY --from=build /opt/forewarn /opt/forewarn
COPY --from=build /app/bot ./bot
COPY config.yaml LICENSE ./

USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM

# http.client and not urllib: a proxy set for the bot must not be asked for this address.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['BOT_HTTP__PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
