package dev.fanfare.hub;

/// What a command tells the script that called it. The codes from 64 on are those of `sysexits.h`.
enum Exit {
    OK(0, "done; for `job watch`: the job is complete"),
    JOB_FAILED(1, "`job watch`: the job has failed"),
    JOB_CANCELLED(2, "`job watch`: the job was cancelled"),
    JOB_DROPPED(4, "`job watch`: the job was dropped"),
    USAGE(64, "the command was called wrongly; what is right stands in its `--help`"),
    REFUSED(65, "the hub refused the request; its code and reason are printed"),
    NO_INPUT(66, "a file or folder cannot be read"),
    UNAVAILABLE(
            69,
            "the hub cannot be reached or cannot serve now; `serve`, `demo`: the port is taken or the store is away"),
    SOFTWARE(70, "a fault in Fanfare; please report what was printed"),
    CONFIG(78, "the configuration cannot be used");

    private final int code;
    private final String meaning;

    Exit(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    String meaning() {
        return meaning;
    }
}
