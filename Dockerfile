# syntax=docker/dockerfile:1
# One image for web, scheduler, worker and one-off commands. Hashed installs, no root, nothing writable but /tmp.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-compile -r requirements.lock

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="zhibu" \
      org.opencontainers.image.description="Answers Party members' questions in a WeChat Official Account"
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BOT_HOST=0.0.0.0 \
    BOT_DATA_DIR=/tmp/zhibu
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin zhibu
WORKDIR /app
COPY --from=build /venv /venv
COPY bot bot
COPY handlers handlers
COPY scheduler scheduler
COPY content content
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["python", "-m", "bot", "healthcheck"]
CMD ["python", "-m", "bot", "web"]
