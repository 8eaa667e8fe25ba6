#!/bin/sh
# Where no registry can be reached: a base of Debian's packages, under the name by which the Dockerfile asks for Python.
# Needs root, debootstrap and buildah. $1: an empty folder to work in.
set -eu
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$1/root"
ln -sf python3 "$1/root/usr/bin/python"
rm -rf "$1"/root/var/cache/apt/archives/*.deb "$1"/root/var/lib/apt/lists/*
# As Debian's slim images leave them out.
rm -rf "$1"/root/usr/share/doc "$1"/root/usr/share/man "$1"/root/usr/share/locale "$1"/root/usr/share/info
container=$(buildah from scratch)
buildah add -q "$container" "$1/root" /
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
buildah commit -q "$container" docker.io/library/python:3.12-slim
buildah rm "$container"
