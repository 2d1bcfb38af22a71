# contest in a small image: a program and the certificates of public authorities, no shell, no root.
#   docker build --tag contest:0.1.0 .
#   docker run --rm --volume "$PWD:/work:ro" contest:0.1.0 check
FROM rust:1.95-bookworm AS build
WORKDIR /src
# The toolchain of the image is the one wanted; rustup is not to fetch rustfmt and clippy for it.
ENV RUSTUP_TOOLCHAIN=1.95.0
# aws-lc, which encrypts, is C and made by cmake.
RUN apt-get update && apt-get install --yes --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cargo build --release --locked --bin contest

# glibc, libgcc and certificates, and nothing else; its user `nonroot` is 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/contest /usr/local/bin/contest
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["contest"]
CMD ["run"]
