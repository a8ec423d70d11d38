# shellcheck shell=bash
# Completion of hardrow for bash: the program itself says what can come next.

_hardrow() {
	local line=${COMP_LINE:0:COMP_POINT} current before value
	local -a words

	read -ra words <<<"$line"
	[[ $line == *[[:blank:]] ]] && words+=('')
	current=${words[-1]}
	# Bash takes '=' and ':' for the end of a word, and replaces what is behind it.
	before=${current%"${current##*[=:]}"}
	compopt -o nosort 2>/dev/null
	COMPREPLY=()
	while IFS=$'\t' read -r value _; do
		case $value in
		@files)
			compopt -o filenames
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${current##*=}")
			;;
		@folders)
			compopt -o filenames
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "${current##*=}")
			;;
		*)
			[[ $value != *= ]] || compopt -o nospace
			value=${value#"$before"}
			[[ $value != *[[:space:]]* ]] || printf -v value %q "$value"
			COMPREPLY+=("$value")
			;;
		esac
	done < <("${words[0]/#\~\//$HOME/}" --complete "${words[@]:1}" 2>/dev/null)
}

complete -F _hardrow hardrow
