package dev.fanfare.hub;

/// The program `fanfare`.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int code = new Program(Shell.ofThisProgram()).run(args);
        System.exit(code);
    }
}
