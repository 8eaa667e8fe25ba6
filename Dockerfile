# The portal as an image: dependencies by hash, translations and static files built in, nobody is root.
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock docker/trim.sh ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock && sh trim.sh /venv
COPY . .
RUN /venv/bin/python -m portal.lib.translations
# A key for this one step, in no layer of the image.
RUN SECRET_KEY=$(/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))') STATIC_ROOT=/app/staticfiles \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.12-slim
RUN groupadd --gid 10001 portal && useradd --system --uid 10001 --gid portal --no-create-home portal && install -d -o portal -g portal /data /static
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles DATA_DIR=/data DB_POOL=8
USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=20s --timeout=5s --start-period=20s \
    CMD ["python", "-m", "portal.lib.healthy", "http://127.0.0.1:8000/health/"]
# Kept longer than nginx keeps them (60 s in docker/nginx.conf): whoever sends is never the one who closes.
CMD ["gunicorn", "portal.wsgi", "--config", "python:portal.lib.web", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--keep-alive", "75", "--no-control-socket", "--forwarder-headers", "", \
     "--max-requests", "2000", "--max-requests-jitter", "200"]
