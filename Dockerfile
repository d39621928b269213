# Pageglass with its embedded CPU engine. Everything it needs is in wheels: no system package, no download at run time.
#   KEY=$(openssl rand -hex 24)
#   docker build -t pageglass . && docker run --rm -p 8000:8000 -e PAGEGLASS_API_KEYS="$KEY" pageglass

FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/pageglass
# Dependencies first: this layer is kept as long as the pins are.
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY server/__init__.py server/__init__.py
RUN /opt/pageglass/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt '.[mcp,redis,tracing]'
COPY server server
RUN /opt/pageglass/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --force-reinstall .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /home/pageglass pageglass
COPY --from=build /opt/pageglass /opt/pageglass
# Bound on every interface of the container; who reaches it is decided by the port that is published.
ENV PATH=/opt/pageglass/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PAGEGLASS_HOST=0.0.0.0 \
    PAGEGLASS_PORT=8000 \
    PAGEGLASS_LOG_FORMAT=json
WORKDIR /home/pageglass
USER pageglass
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PAGEGLASS_PORT']}/health\", timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["pageglass", "serve"]
