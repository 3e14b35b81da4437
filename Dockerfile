# The dashboard: docker compose up, or docker build --tag pnzoo . && docker run --rm --publish 8501:8501 pnzoo
FROM python:3.12-slim AS build
ARG BACKEND=tensorflow
RUN python -m venv /opt/pnzoo
WORKDIR /src
COPY . .
RUN /opt/pnzoo/bin/pip install --no-cache-dir ".[${BACKEND},fewshot,dashboard]"

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 pnzoo
COPY --from=build /opt/pnzoo /opt/pnzoo
ENV PATH=/opt/pnzoo/bin:$PATH PORT=8501 PYTHONUNBUFFERED=1 TF_CPP_MIN_LOG_LEVEL=2
USER pnzoo
WORKDIR /home/pnzoo
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://localhost:' + os.environ['PORT'] + '/_stcore/health', timeout=4)"]
CMD ["sh", "-c", "exec pnzoo dashboard --server.port $PORT --server.address 0.0.0.0 --server.headless true"]
