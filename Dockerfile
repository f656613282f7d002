# One image for every process: api (the default), worker, migrate.
FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes \
       -r requirements.lock

# GraphiQL: Node comes from a wheel, and stays behind in this stage.
FROM python:3.12-slim AS dashboard
WORKDIR /build
COPY requirements-dev.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes \
       -r requirements-dev.lock
COPY dashboard dashboard
RUN /opt/venv/bin/python dashboard/build.py

FROM python:3.12-slim
# Reads scanned pages of contracts.
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends tesseract-ocr && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/flotilla --create-home --shell /usr/sbin/nologin flotilla
WORKDIR /srv/flotilla
COPY --from=build /opt/venv /opt/venv
COPY . .
COPY --from=dashboard /build/dashboard/dist dashboard/dist
USER flotilla
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    FLOTILLA_HOST=0.0.0.0 FLOTILLA_PORT=8000 FLOTILLA_LOG_FORMAT=json FLOTILLA_DATA=/tmp/flotilla
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "server"]
CMD ["api"]
