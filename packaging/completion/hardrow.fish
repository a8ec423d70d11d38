# Completion of hardrow for fish: the program itself says what can come next.

function __hardrow_complete
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l lead (string replace -r '[^=]*$' '' -- "$token")
    set -l path (string replace -r '.*=' '' -- "$token")
    for line in (command $words[1] --complete $words[2..-1] "$token" 2>/dev/null)
        switch $line
            case @files
                string replace -r '^' -- "$lead" (__fish_complete_path "$path")
            case @folders
                string replace -r '^' -- "$lead" (__fish_complete_directories "$path")
            case '*'
                echo $line
        end
    end
end

complete -c hardrow -f -a '(__hardrow_complete)'
