package dev.fanfare.history;

/// What must hold of every history, whatever was broken on the way.
public enum Invariant {
    I1("an acknowledged event reaches every reader that claims to have it all"),
    I2("nothing is delivered that nobody published"),
    I3("nothing is stored or delivered twice"),
    I4("offsets rise on each connection"),
    I5("no reader misses anything without being told"),
    I6("all readers of a topic see the same order"),
    I7("when all is quiet, readers and hubs agree"),
    I8("a job's progress never falls, and every end comes once"),
    I9("nothing crosses from one app to another");

    private final String sentence;

    Invariant(String sentence) {
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }
}
