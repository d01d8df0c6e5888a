# syntax=docker/dockerfile:1
# The same steps as `make install` and `make run`, without the tools of the tests.
# A deployment that must rebuild byte for byte gives the digest: --build-arg BASE=python:3.11.14-slim-bookworm@sha256:...
ARG BASE=python:3.11.14-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python3 -m venv .venv
COPY requirements.txt .
RUN .venv/bin/python -m pip install --quiet -r requirements.txt
COPY openapi.yaml .
COPY service service
# The root file system is read-only later on, so the byte code is written now.
RUN .venv/bin/python -m compileall -q service
# Where decisions are kept: a volume goes there, and takes over whose it is.
RUN mkdir /data

FROM ${BASE}
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/app/.venv/bin:$PATH HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /data
ENV RECORDS_URL=sqlite:////data/records.sqlite3 RECORDS_SPILL_FOLDER=/data/spill
VOLUME /data
# A number, so that Kubernetes can see that it is not root's.
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=2)"]
CMD ["python", "-m", "service", "serve"]
