# What the timing scripts share; sourced from the repository's root. Sets venv; the script sets out.
venv=${PEERS_VENV:-benchmarks/target/venv}

# Builds Amalgam and tells what the machine can do.
build() {
    mkdir -p benchmarks/target
    # MKL too, so that the product libraries can be compared; it is under Intel's own licence.
    mvn -q -B -DskipTests -Pmkl -pl core,cli,benchmarks package
    . bin/environment.sh
    # The kernels that OpenBLAS chooses for this processor, whatever the shell may have pinned.
    unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
    amalgam openblas MachineFacts
}

# Builds, and makes the peers' environment where there is none.
prepare() {
    if [ ! -x "$venv/bin/python" ]; then
        python3 -m venv "$venv"
        "$venv/bin/pip" install -q -r benchmarks/peers/requirements.txt
    fi
    build
}

# amalgam BLAS CLASS ARGUMENTS...
amalgam() {
    blas=$1 class=$2
    shift 2
    java -Xmx3g -XX:+UseSerialGC "-Dorg.bytedeco.openblas.load=$blas" \
        -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 \
        -cp "benchmarks/target/classes:core/target/classes:cli/target/lib/*" \
        "org.amalgam.benchmarks.$class" "$@"
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# Median of a column of $out over the rounds of $what.
column() { awk -v w="$what" -v c="$1" '$1 == w {print $c}' "$out" | median; }

# Median over the rounds of how much better $what is than fusion_bench in that column; seconds are "faster", rates "more".
ratio() {
    awk -v w="$what" -v c="$1" -v kind="$2" '
        $1 == "fusion_bench" {peer[$2] = $c}
        $1 == w {print kind == "faster" ? peer[$2] / $c : $c / peer[$2]}' "$out" | median
}
