# The proxy alone, compiled: no compiler, no PostgreSQL, no demo.
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /src
COPY requirements.lock pyproject.toml hatch_build.py README.md LICENSE ./
COPY proxy proxy
# Everything is fetched under its hash; what the proxy needs is then installed from that and from nothing else.
RUN pip download --no-cache-dir --require-hashes --dest /wheels --requirement requirements.lock \
    && python -m venv /opt/lintel \
    && /opt/lintel/bin/pip install --no-cache-dir --no-index --find-links /wheels .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/lintel --create-home lintel
COPY --from=build /opt/lintel /opt/lintel
USER lintel
WORKDIR /var/lib/lintel
VOLUME /var/lib/lintel
# Off loopback the admin side shows health alone, unless LINTEL_ADMIN__TOKEN is set.
ENV PATH=/opt/lintel/bin:$PATH \
    LINTEL_LISTEN__ADDRESS=0.0.0.0:6432 \
    LINTEL_ADMIN__ADDRESS=0.0.0.0:8432 \
    LINTEL_LOG__FORMAT=json
EXPOSE 6432 8432
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["lintel", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["lintel"]
CMD ["serve"]
