# Arguments: the state directory, and the program that ends what is recorded in it.
# Waits for the end of the input, which is that of the platform, and runs the program. Where it cannot
# be run, because its files are gone for instance, ends the recorded processes itself.
while read -r line; do :; done
root=$1
shift
"$@" && exit 0

boot=$(cat /proc/sys/kernel/random/boot_id) || exit 1

# Whether no later platform has taken the state directory over.
unclaimed() {
  owner= purpose=
  { read -r owner; read -r purpose; } 2>/dev/null <"$root/lock"
  [ "$owner" = "$PPID" ] || [ "$purpose" = ending ]
}

# Sets pid to the live process that a file records; its third line is PID TICKS BOOT or PID BOOT/TICKS.
find_process() {
  pid= first= second=
  { read -r line; read -r line; IFS=' /' read -r pid first second; } 2>/dev/null <"$1"
  case $boot in
    "$second") ticks=$first ;;
    "$first") ticks=$second ;;
    *) return 1 ;;
  esac
  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] && [ "${20}" = "$ticks" ]
}

# Sends a signal to the processes that files record; tells whether there was any.
signal() {
  name=$1 found=1
  shift
  unclaimed || return 1
  for file in "$@"; do
    if find_process "$file"; then
      kill -s "$name" "$pid" 2>/dev/null
      found=0
    fi
  done
  return $found
}

# Asks them to end, and kills those that have not after some seconds.
end() {
  how=$1 seconds=$2
  shift 2
  signal "$how" "$@" || return 0
  while [ "$seconds" -gt 0 ]; do
    sleep 1
    seconds=$((seconds - 1))
    signal 0 "$@" || return 0
  done
  signal KILL "$@"
}

pids=$root/pids
end TERM 10 "$pids/controller-service.pid"
end TERM 4 "$root"/runs/*/attempts/*/trainer.pid
for file in "$pids"/*.pid; do
  case $file in
    */kafka.pid | */postgres.pid) ;;
    *) end TERM 4 "$file" ;;
  esac
done
end TERM 4 "$pids/kafka.pid"
end INT 4 "$pids/postgres.pid"
echo "$(date) the platform was gone, and the program that ends its processes could not be run; ended them"
