#!/bin/sh
# FluidSynth and the soundfonts, from Debian: about 350 MB to fetch.
set -e
apt-get update
apt-get install -y fluidsynth musescore-general-soundfont-lossless fluid-soundfont-gm
