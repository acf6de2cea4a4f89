# What Java and the native libraries are told before they start; sourced by bin/amalgam and by the scripts in benchmarks/. They read
# it as they are loaded, so it cannot be said from within Java. What is of the libraries can be overridden from outside.

# Java names files in the locale's encoding. In that of a system where no locale is set, ASCII, a name beyond it is of no file or, as a
# question mark for each letter, of another: such a locale's files are named in UTF-8, as everywhere else.
case $(locale charmap 2>/dev/null || echo ASCII) in
    ANSI_X3.4-1968 | US-ASCII | ASCII) export LC_ALL=C.UTF-8 ;;
esac

# libtorch and OpenBLAS each keep threads of their own, which wait for work by spinning: without these limits the one's waiting
# takes the cores from the other's working, and small models run five times slower.
export OPENBLAS_THREAD_TIMEOUT="${OPENBLAS_THREAD_TIMEOUT:-8}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-10000}"

# glibc gives what a worker frees back to the system, and asks for it again at the next operation, zeroed page by page: an eighth
# of a step. One heap that keeps up to a GiB asks once.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}" MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-268435456}" \
    MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-1073741824}" MALLOC_TOP_PAD_="${MALLOC_TOP_PAD_:-16777216}"
