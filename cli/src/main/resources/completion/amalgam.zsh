#compdef amalgam fusion_bench
# Completion of amalgam for zsh: source <(amalgam completion zsh)
_amalgam() {
    local -a found keys others
    found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    found=("${(@)found:#}")
    keys=("${(@M)found:#*=}")
    others=("${(@)found:#*=}")
    (( ${#keys} )) && compadd -Q -S '' -- "${keys[@]}"
    (( ${#others} )) && compadd -Q -- "${others[@]}"
    (( ${#found} )) || _files
}
compdef _amalgam amalgam fusion_bench
