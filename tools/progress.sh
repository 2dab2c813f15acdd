# shellcheck shell=bash
# For the scripts of the set-up: messages, and a word now and then about what takes long. To be sourced.

say() { printf '%s\n' "weft: $*" >&2; }
die() { say "$*"; exit 2; }

# last_line LOG: the last thing a log says, cut to a line.
last_line() { tail -n 5 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | sed 's/^[[:space:]]*//' | cut -c1-110; }

# narrate WHAT LOG [WHAT LOG]...: every WEFT_PROGRESS_SECONDS (30) a line for each log that has grown. Runs until it is killed
# or its script is gone. Waits inside the shell, so that it leaves no process behind.
narrate() {
  local parent=$$ never size i
  local -a logs=("$@") seen=()
  exec {never}<> <(:)
  while true; do
    read -rt "${WEFT_PROGRESS_SECONDS:-30}" -u "$never" || true
    kill -0 "$parent" 2>/dev/null || return 0
    for ((i = 0; i < ${#logs[@]}; i += 2)); do
      size=$(stat -c %s "${logs[i + 1]}" 2>/dev/null || echo 0)
      [ "$size" = "${seen[i]:-0}" ] && continue
      seen[i]=$size
      say "$(printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)))  ${logs[i]}: $(last_line "${logs[i + 1]}")"
    done
  done
}
