#!/bin/sh
# Prints the variables with which an agent's calls go through Postern: eval "$(./environment.sh NAME)".
#
# The SDK's own requests to Postern go straight to localhost. Everything else takes the proxy, which writes the
# credential into it where the agent has put a placeholder.
set -eu

name=${1:?usage: environment.sh NAME}
: "${AGENT_API_KEY:?is not set}" "${ALTER_BASE_URL:=http://localhost:3128}"
bundle=${POSTERN_BUNDLE:-${XDG_CACHE_HOME:-$HOME/.cache}/postern-bundle.pem}

if [ ! -s "$bundle" ]; then
    mkdir -p "$(dirname "$bundle")"
    postern ca bundle ${POSTERN_STATE_DIR:+--state-dir "$POSTERN_STATE_DIR"} --output "$bundle"
fi

proxy="http://$name:$AGENT_API_KEY@${ALTER_BASE_URL#http://}"
cat <<END
export ALTER_BASE_URL='$ALTER_BASE_URL'
export HTTP_PROXY='$proxy' HTTPS_PROXY='$proxy' NO_PROXY=localhost
export SSL_CERT_FILE='$bundle'
END
