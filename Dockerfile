# Packages are installed in one stage; the other holds them, the code and nothing else.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements/bootstrap.txt requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && python -m venv --without-pip /venv \
    && uv pip sync --no-cache --compile-bytecode --python /venv/bin/python --require-hashes \
        requirements/runtime.txt

FROM python:3.13-slim
WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin mail-center \
    && install --directory --owner mail-center --mode 700 /app/.data
COPY --from=packages /venv /venv
COPY . .
RUN /venv/bin/python -m compileall -q .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/app/.data WEB_HOST=0.0.0.0
USER mail-center
EXPOSE 8080
ENTRYPOINT ["python", "main.py"]
CMD ["start"]
