#!/bin/sh
# Shows an operator each request that waits for approval, and does with it what is answered.
set -eu

command -v jq >/dev/null || { echo "approve.sh: needs jq" >&2; exit 1; }

for id in $(postern approval list --json | jq -r '.items[] | select(.status == "pending") | .id'); do
    postern approval show "$id"
    printf 'approve, deny or leave it? [a/d/l] '
    read -r answer || answer=l
    case $answer in
        a*) postern approval approve "$id" --yes ;;
        d*) printf 'why? '; read -r reason; postern approval deny "$id" --reason "$reason" ;;
        *) echo "left as it is" ;;
    esac
done
