# shellcheck shell=bash
# What ./fanfare and ./verify share: finding a JDK and Maven. Sourced, not run.

die() {
    printf 'fanfare: %s\n' "$*" >&2
    exit 1
}

# Prints the feature version of the JDK in folder $1, 0 if there is none. Reads a file: starting java would take longer.
jdk_version() {
    local line
    while IFS= read -r line; do
        if [[ -x $1/bin/javac && $line =~ ^JAVA_VERSION=\"(1\.)?([0-9]+) ]]; then
            echo "${BASH_REMATCH[2]}"
            return
        fi
    done 2>/dev/null <"$1/release"
    echo 0
}

# Prints the folders of the JDKs that are installed here, one a line.
jdks() {
    local javac
    for javac in /usr/lib/jvm/*/bin/javac /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/javac; do
        [[ -x $javac && ! -L ${javac%/bin/javac} ]] && echo "${javac%/bin/javac}"
    done
    javac=$(command -v javac) && dirname "$(dirname "$(readlink -f "$javac")")"
}

# Prints the JDK to use: the one that was asked for, else the newest.
find_jdk() {
    local jdk version best='' best_version=16
    if [[ -n ${FANFARE_JAVA:-} ]]; then
        (($(jdk_version "$FANFARE_JAVA") >= 17)) || die "FANFARE_JAVA=$FANFARE_JAVA is not the folder of a JDK 17 or newer"
        echo "$FANFARE_JAVA"
        return
    fi
    if [[ -n ${JAVA_HOME:-} ]] && (($(jdk_version "$JAVA_HOME") >= 17)); then
        echo "$JAVA_HOME"
        return
    fi
    while IFS= read -r jdk; do
        version=$(jdk_version "$jdk")
        if ((version > best_version)); then
            best=$jdk best_version=$version
        fi
    done < <(jdks)
    [[ -n $best ]] || die "needs a JDK 17 or newer: apt install openjdk-17-jdk-headless, or set FANFARE_JAVA to a JDK's folder"
    echo "$best"
}

# Stops unless there is a Maven that can build Fanfare.
require_maven() {
    local version
    [[ $(mvn -v 2>/dev/null) =~ Apache\ Maven\ ([0-9.]+) ]] || die 'needs Maven 3.8.7 or newer to build: apt install maven'
    version=${BASH_REMATCH[1]}
    [[ $(printf '%s\n' 3.8.7 "$version" | sort -V | head -1) == 3.8.7 ]] || die "needs Maven 3.8.7 or newer to build, found $version"
}
