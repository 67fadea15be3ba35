"""The developer's machine: environment, embedded PostgreSQL and Valkey, and the commands of `./dev`.

Standard library only, and importable without Django: `./dev` runs parts of it before anything is installed.
"""
