/** Completion scripts by shell. Each asks the command for candidates, so that plugins are known where they are. */
export const scripts = {
  bash: `# bash completion for streamline
_streamline() {
  local line
  COMPREPLY=()
  # The word as typed: bash itself splits at = and :
  local word="\${COMP_WORDS[COMP_CWORD]}" quote=''
  case "$word" in
    \\'*|\\"*) quote="\${word:0:1}"; word="\${word:1}" ;;
  esac
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(streamline completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
  if [ -n "$quote" ]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _streamline streamline
`,
  zsh: `#compdef streamline
# zsh completion for streamline
_streamline() {
  local -a found
  found=("\${(@f)$(streamline completion words -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)words[CURRENT]}" 2>/dev/null)}")
  if (( \${#found} )) && [[ -n "\${found[1]}" ]]; then
    compadd -S '' -- "\${found[@]}"
  else
    _files
  fi
}
compdef _streamline streamline
`,
  fish: `# fish completion for streamline
function __streamline_words
  set -l words (commandline -opc) (commandline -ct)
  streamline completion words -- $words[2..-1] 2>/dev/null
end
complete -c streamline -f -a '(__streamline_words)'
`,
} as const
