package dev.fanfare.hub;

/// The program `fanfare`.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("fanfare " + Main.class.getPackage().getImplementationVersion());
    }
}
