echo "no token for $1: sign in again" >&2
exit 4
