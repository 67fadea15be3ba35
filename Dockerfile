# The production image: one image, four processes (docker-compose.yml says which command runs where).
# The versions of Python packages and front-end packages are those of the locks; a test compares the rest.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.13-slim AS python
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes -r requirements.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    YIWU_MODE=production
RUN useradd --uid 10001 --create-home --home-dir /var/lib/yiwu --shell /usr/sbin/nologin yiwu
WORKDIR /app
COPY --from=python /venv /venv
COPY manage.py ./
COPY yiwu yiwu
COPY stats stats
COPY incidents incidents
COPY duties duties
COPY members members
COPY corps corps
COPY templates templates
COPY static static
COPY locale locale
COPY --from=packages /app/node_modules node_modules
# Settings want secrets even to collect files; these live for one command and are in no layer.
RUN python -c "from yiwu.services.catalogues import compile_catalogues; compile_catalogues()" \
    && secret() { python -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"; } \
    && SECRET_KEY="$(secret)" YIWU_DATA_KEYS="1:$(secret)" YIWU_INDEX_KEY="$(secret)" \
       python manage.py collectstatic --noinput --verbosity 0 \
    && rm -r node_modules
USER yiwu
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
