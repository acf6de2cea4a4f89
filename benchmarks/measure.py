# Runs a command and prints what it took: measure.py COMMAND...
# Seconds from start to end, the most anonymous memory that it had at once (sampled twenty times a second: its own, without
# mapped files), and the most resident memory of any kind. What the command prints goes to stderr.
import subprocess
import sys
import time


def status(process):
    try:
        with open(f"/proc/{process.pid}/status") as lines:
            fields = dict(line.split(":", 1) for line in lines)
    except OSError:
        return 0, 0
    return tuple(int(fields.get(key, "0").split()[0]) * 1024 for key in ("RssAnon", "VmHWM"))


start = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
own = resident = 0
while process.poll() is None:
    now = status(process)
    own, resident = max(own, now[0]), max(resident, now[1])
    time.sleep(0.05)
seconds = time.monotonic() - start
if process.returncode:
    sys.exit(f"{sys.argv[1]} ended with {process.returncode}")
print(f"seconds {seconds:.2f} own {own / 1e9:.2f} resident {resident / 1e9:.2f}")
