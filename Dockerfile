# This file builds Keycloak with the extension for PostgreSQL, which is the last stage and the default. The stage realms is a
# small image of its own, which writes the realms that a Keycloak imports at its first start. See docs/docker.md.

# --- This stage builds the jar, and a Keycloak with it.
FROM eclipse-temurin:21.0.12.1_1-jdk-noble@sha256:b468c3fc688b14450571494f588bd939378e7fd542ed5a73f8efc13f17872a87 AS build
WORKDIR /project
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw --batch-mode --no-transfer-progress -Dmaven.test.skip=true -Dspotless.check.skip=true -pl providers,server package \
    && mv server/target/dist/keycloak-* /opt/keycloak \
    && cp providers/target/keycloak-user-service-*.jar /opt/keycloak/providers/keycloak-user-service.jar
# This argument decides about the settings tab in the admin console; see docs/admin-console.md. Keycloak reads it as it reads
# an environment variable.
ARG KC_FEATURE_DECLARATIVE_UI=disabled
# These options are decided by the build; every other option is one of the start.
RUN /opt/keycloak/bin/kc.sh build \
        --db=postgres \
        --health-enabled=true \
        --metrics-enabled=true \
        --http-relative-path=/ \
        --http-management-relative-path=/ \
        --event-metrics-user-enabled=true \
        --log-mdc-enabled=true
# These files are for other systems only. All drivers stay, because a build on top of this image reads them, whatever its
# database is.
RUN cd /opt/keycloak \
    && rm -rf README.md bin/*.bat bin/federation-sssd-setup.sh conf/README.md data providers/README.md themes/README.md
# The export of realms needs the server module and Keycloak's Jackson.
RUN mkdir -p /opt/realms/lib \
    && cp server/target/keycloak-user-service-server-*.jar \
        /opt/keycloak/lib/lib/main/com.fasterxml.jackson.core.jackson-*.jar /opt/realms/lib/ \
    && cp -R realm-config /opt/realms/realm-config \
    && chmod -R a+rX /opt/realms

# --- Both images are based on this stage. It has a Java, and one user for both images, because one of them reads what the
# other writes.
FROM eclipse-temurin:21.0.12.1_1-jre-noble@sha256:000fd431958bc81a24abe1e8e5f0f0fd3ae365a594bd50aadb20696805f9408c AS base
RUN groupadd --gid 10001 keycloak \
    && useradd --uid 10001 --gid 10001 --home-dir /opt/keycloak --no-create-home --shell /usr/sbin/nologin keycloak

# --- This stage writes realm files from the environment; see RealmImportWriter.
FROM base AS realms
LABEL org.opencontainers.image.title="keycloak-user-service: realms" \
      org.opencontainers.image.description="Writes the realms that keycloak-user-service imports at its first start" \
      org.opencontainers.image.vendor="The keycloak-user-service authors" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/realms /opt/realms
# A new volume takes its owner from this folder.
RUN install -d -o keycloak -g keycloak -m 700 /realms
USER 10001:10001
ENTRYPOINT ["java", "-cp", "/opt/realms/lib/*", "dev.userservice.server.RealmImportWriter", "/opt/realms/realm-config", "/realms"]

# --- This stage is Keycloak.
FROM base AS keycloak
LABEL org.opencontainers.image.title="keycloak-user-service" \
      org.opencontainers.image.description="Keycloak with a user service for each realm" \
      org.opencontainers.image.version="26.7.5-0" \
      org.opencontainers.image.vendor="The keycloak-user-service authors" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0 AND ISC"
COPY --from=build /opt/keycloak /opt/keycloak
COPY LICENSE /opt/keycloak/LICENSE-user-service.txt
# Keycloak writes to these folders only.
RUN cd /opt/keycloak && install -d -o keycloak -g keycloak -m 700 data data/import data/tmp logs
# Health and metrics are for the network of the containers, where there is no TLS even if the server has it. When the memory
# is used up, the process ends and leaves a heap dump beside the log. This happens only once, because an existing dump is not
# replaced.
ENV KC_RUN_IN_CONTAINER=true \
    KC_HTTP_MANAGEMENT_SCHEME=http \
    JAVA_OPTS_APPEND="-XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/opt/keycloak/logs/heap.hprof"
WORKDIR /opt/keycloak
USER 10001:10001
EXPOSE 8080 8443 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=6 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${KC_HTTP_MANAGEMENT_PORT:-9000} && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
CMD ["start", "--optimized"]
