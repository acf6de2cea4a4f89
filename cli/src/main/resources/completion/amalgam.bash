# Completion of amalgam for bash: source <(amalgam completion bash)
_amalgam() {
    local line=${COMP_LINE:0:COMP_POINT} words last head word
    read -r -a words <<<"$line"
    case $line in *[[:space:]]) words+=("") ;; esac
    last=${words[${#words[@]}-1]}
    # bash cuts words at = and :, and replaces only what stands behind the last of them.
    head=${last%"${last##*[=:]}"}
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("${word#"$head"}")
    done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
    case ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac
    return 0
}
complete -o default -F _amalgam amalgam fusion_bench
